"""The commands about access, and the command line over TCP with a token, as CI types them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from shipway.places import Places
from tests.support.running import Shipway
from tests.web.conftest import Harbour

DEADLINE_S = 90


def shipway(harbour: Harbour, *words: str, **environment: str) -> tuple[int, str, str]:
    """Run the real command line in the project's directory."""
    running: Shipway = harbour.shipway
    places: Places = running.places
    done = subprocess.run(
        [sys.executable, "-m", "shipway", *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        cwd=harbour.app.directory,
        env={**os.environ, "SHIPWAY_HOME": str(places.home), **environment},
    )
    return done.returncode, done.stdout, done.stderr


def test_the_first_time_the_dashboard_comes_with_a_link(empty: Harbour) -> None:
    empty.app.commit()
    code, said, _ = shipway(empty, "dashboard")
    assert code == 0
    assert f"the dashboard is at {empty.base}" in said
    link = next(line.strip() for line in said.splitlines() if "/join/" in line)
    assert empty.browser().join(link.removeprefix(empty.base), "first").status == 303
    _, said, _ = shipway(empty, "dashboard")
    assert "/join/" not in said
    assert "shipway users invite" in said


def test_people_are_invited_changed_and_removed(empty: Harbour) -> None:
    code, said, _ = shipway(empty, "users", "invite", "민지", "--role", "deployer", "--json")
    assert code == 0
    browser = empty.browser()
    assert browser.join(json.loads(said)["path"], "민지").status == 303
    assert "민지 is a viewer now." in shipway(empty, "users", "role", "민지", "viewer")[1]
    listed = shipway(empty, "users", "list")[1]
    assert "민지" in listed
    assert "viewer" in listed
    assert "removed" in shipway(empty, "users", "remove", "민지", "-y")[1]
    code, _, said = shipway(empty, "users", "role", "민지", "admin")
    assert code == 1
    assert "nobody called 민지" in said


def test_a_token_of_an_unknown_project_says_what_comes_first(empty: Harbour) -> None:
    code, _, said = shipway(empty, "token", "create", "ci")
    assert code == 1
    assert "shipway deploy" in said


def test_ci_deploys_over_tcp_with_a_token(harbour: Harbour) -> None:
    """R099: the pipeline's own way in; the audit trail names the token."""
    code, said, _ = shipway(harbour, "token", "create", "ci", "--json")
    assert code == 0
    remote = {
        "SHIPWAY_URL": harbour.base,
        "SHIPWAY_TOKEN": json.loads(said)["secret"],
        "SHIPWAY_HOME": "/nonexistent",
    }
    code, said, wrong = shipway(harbour, "deploy", "-y", "--json", **remote)
    assert code == 0, said + wrong
    assert json.loads(said.splitlines()[-1])["rollout"]["requested_by"] == "token:ci"
    code, said, _ = shipway(harbour, "releases", **remote)
    assert code == 0
    assert "r3" in said
    code, _, said = shipway(harbour, "users", "list", **remote)
    assert code == 1
    assert "admin" in said
    code, _, said = shipway(harbour, "status", **{**remote, "SHIPWAY_TOKEN": "shipway_wrong"})
    assert code == 1
    assert "token" in said
    code, _, said = shipway(harbour, "status", **{**remote, "SHIPWAY_TOKEN": ""})
    assert code == 1
    assert "shipway token create" in said
