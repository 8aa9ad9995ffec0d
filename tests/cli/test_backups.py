"""backup create: after a backup that the daemon began by itself, never instead of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shipway.errors import Problem
from tests.cli.conftest import Type
from tests.cli.fake import FakeDaemon
from tests.cli.views import environment, status

BACKUPS = "/projects/shop/environments/production/backups"
BUSY = Problem("backup-runs", "shop/production: a backup runs already; there is one at a time.")


def run(number: int, state: str = "succeeded") -> dict[str, Any]:
    return {
        "id": number,
        "kind": "full",
        "state": state,
        "began_at": 100.0,
        "ended_at": None if state == "running" else 103.0,
        "parts": [],
        "problem": None,
        "told": [],
    }


@pytest.fixture
def busy(daemon: FakeDaemon, project: Path) -> FakeDaemon:
    """Return a daemon that saves shop already, by itself, and takes a second look to end."""
    daemon.get("/projects", {"projects": [{"name": "shop", "directory": str(project)}]})
    daemon.get("/status", status(environment()))
    daemon.get(BACKUPS + "/list", {"backups": [], "runs": [run(7, "running"), run(6)]})
    daemon.get("/backup-runs/7", run(7, "running"), run(7))
    daemon.post(BACKUPS, BUSY, BUSY, run(8, "running"))
    daemon.get("/backup-runs/8", run(8))
    return daemon


def test_who_asks_for_a_backup_gets_one_of_now_after_the_one_that_runs(
    busy: FakeDaemon, typed: Type
) -> None:
    result = typed("backup", "create", "production")
    assert result.code == 0
    text = result.out + result.err
    assert text.count("backup run #7 goes on; this one comes after it") == 1
    assert len(busy.bodies(BACKUPS)) == 3


@pytest.mark.usefixtures("busy")
def test_json_tells_of_the_run_that_was_asked_for_alone(typed: Type) -> None:
    result = typed("backup", "create", "production", "--json")
    assert [json.loads(line)["id"] for line in result.out.splitlines()] == [8]


def test_another_refusal_is_told_at_once(busy: FakeDaemon, typed: Type) -> None:
    busy.post(BACKUPS, Problem("nothing-live", "nothing is live in shop/production."))
    result = typed("backup", "create", "production")
    assert result.code != 0
    assert "nothing is live" in result.out + result.err
    assert len(busy.bodies(BACKUPS)) == 1
