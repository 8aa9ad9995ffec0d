"""What was refused is not told as done."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.api.routes.common import recorded
from shipway.daemon.clock import SystemClock
from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.store.store import SqliteStore

STAGING = EnvironmentId("shop", "staging")


def test_the_audit_trail_tells_a_refusal_from_what_was_done(tmp_path: Path) -> None:
    """A drill without a backup to rehearse with did not run."""
    store = SqliteStore(tmp_path / "state.sqlite", SystemClock())
    with pytest.raises(Problem), recorded(store.audit, "kim", "drill", STAGING):
        raise Problem("no-backup", "there is no base backup to restore from.")
    with recorded(store.audit, "lee", "drill", STAGING):
        pass
    done, refused = store.audit.recent()
    assert (refused.who, refused.action) == ("kim", "drill-refused")
    assert refused.details == {"problem": "there is no base backup to restore from."}
    assert (done.who, done.action, done.details) == ("lee", "drill", {})
