"""`shipway rollback ENV --rehearse`, typed against the real product on the process engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from shipway.cli.connection import running_daemon
from tests.cli.conftest import Type
from tests.support.asking import releases_answering
from tests.support.running import free_ports
from tests.support.tinyapp import TinyApp, Variant


@pytest.fixture
def app(tmp_path: Path, typed: Type, monkeypatch: pytest.MonkeyPatch) -> Iterator[TinyApp]:
    staging, production = free_ports(2)
    app = TinyApp(
        tmp_path / "tiny",
        project="rehearsed",
        staging=staging,
        production=production,
        deadline="20s",
    )
    app.commit(Variant(version="v1"))
    monkeypatch.chdir(app.directory)
    yield app
    if running_daemon()[1] is not None:
        assert typed("down", "--all", "-y").code == 0


def test_a_rollback_is_rehearsed_on_staging_and_its_success_is_counted(
    app: TinyApp, typed: Type
) -> None:
    """R107: back, forward again, both timed; the rate is over rehearsals and real ones."""
    assert typed("deploy", "-y").code == 0
    first = typed("rollback", "staging", "--rehearse", "-y")
    assert first.code == 1  # there is nothing earlier yet
    assert "no release older than r1 is kept" in first.err
    app.commit(Variant(version="v2"))
    assert typed("deploy", "-y").code == 0
    result = typed("rollback", "staging", "--rehearse", "-y", "--json")
    assert result.code == 0, result.out + result.err
    told = json.loads(result.out.splitlines()[-1])["rehearsal"]
    assert told["environment"] == "staging"
    assert told["back_s"] > 0
    assert told["forward_s"] > 0
    assert (told["rollbacks"], told["succeeded"]) == (2, 2)
    assert releases_answering(app.staging) == {"r2"}

    assert typed("rollback", "staging", "-y").code == 0  # in earnest: it counts as well
    app.commit(Variant(version="v3"))
    assert typed("deploy", "-y").code == 0
    out = typed("rollback", "staging", "--rehearse", "-y").out
    assert "forward to r3 in " in out
    assert "5 of 5 rollbacks succeeded (100 %) so far, rehearsed and in earnest." in out


def test_production_is_no_place_for_a_rehearsal(app: TinyApp, typed: Type) -> None:
    assert app.production
    result = typed("rollback", "production", "--rehearse", "-y")
    assert result.code == 1
    assert "Nothing was changed" in result.err
    assert typed("rollback", "staging", "--rehearse", "--to", "r1").code == 2
