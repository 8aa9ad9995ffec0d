"""Previews with a real daemon: made for a branch, with data of their own, gone at their end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from shipway.errors import Problem
from shipway.model.names import ENVIRONMENT_PATTERN, environment_name
from shipway.model.preview import preview_name
from tests.acceptance.conftest import BOTH_ENGINES
from tests.ingress.client import fetch
from tests.previews.conftest import Branched, create
from tests.support.asking import answer
from tests.support.running import Shipway, eventually

ROWS = """
CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL);
INSERT INTO users SELECT n, 'person' || n || '@company.example' FROM generate_series(1, 50) n;
"""
MASK = "UPDATE users SET email = 'user' || id || '@example.com'"


def port_of(preview: dict[str, Any]) -> int:
    port = urlsplit(preview["url"]).port
    assert port is not None
    return int(port)


def sql(shipway: Shipway, app: Branched, environment: str, text: str) -> str:
    argv = shipway.client.post(
        f"/projects/{app.project}/environments/{environment}/exec",
        {"service": "db", "argv": ["psql", "-U", "shop", "-d", "shop", "-Atc", text]},
    )["argv"]
    return subprocess.run(
        argv, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60
    ).stdout.strip()


def fill(shipway: Shipway, app: Branched) -> None:
    """Write staging's rows, as soon as its database, which has no healthcheck, takes them."""

    def written() -> bool:
        try:
            sql(shipway, app, "staging", ROWS)
        except subprocess.CalledProcessError:
            return False
        return True

    eventually("the database takes rows", written, 60)


def environments(shipway: Shipway) -> set[str]:
    return {item["environment"] for item in shipway.status()["environments"]}


def test_two_branches_have_previews_side_by_side_and_one_is_renewed(
    shipway: Shipway, app: Branched
) -> None:
    """Issue item 5: an environment per branch, by a port that is found for it."""
    app.write("main", "max: 2")
    shipway.rolled("deploy", app.directory, "staging")
    app.branch("fix-login")
    app.write("fix1", "max: 2")
    app.branch("Feature/Long_Name_of_a_Branch")
    app.write("feature", "max: 2")
    one: dict[str, Any] = create(shipway, app, "fix-login")
    other: dict[str, Any] = create(shipway, app, "Feature/Long_Name_of_a_Branch")
    assert one["environment"] == "preview-fix-login"
    assert port_of(one) != port_of(other)
    assert answer(port_of(one))[2]["version"] == "fix1"
    assert answer(port_of(other))[2]["version"] == "feature"
    assert answer(app.staging)[2]["version"] == "main"

    app.branch("fix-login")
    app.write("fix2", "max: 2")
    again: dict[str, Any] = create(shipway, app, "fix-login")
    assert port_of(again) == port_of(one)
    assert again["expires_at"] > one["expires_at"]
    assert answer(port_of(one))[2]["version"] == "fix2"

    with pytest.raises(Problem) as caught:
        create(shipway, app, "main")
    assert caught.value.kind == "too-many-previews"
    assert "preview-main" not in environments(shipway)


def test_previews_by_host_name_share_a_port_and_are_gone_with_their_names(
    shipway: Shipway, app: Branched
) -> None:
    """Issue item 5: each branch under a name of its own, on staging's port, until it is destroyed."""
    settings = 'host: "{branch}.preview.example.com", max: 2'
    app.write("main", settings, host="staging.example.com")
    shipway.rolled("deploy", app.directory, "staging")
    for branch in ("fix-login", "new-cart"):
        app.branch(branch)
        app.write(branch, settings, host="staging.example.com")
        made: dict[str, Any] = create(shipway, app, branch)
        assert made["url"] == f"http://{branch}.preview.example.com:{app.staging}/"

    def version(host: str) -> object:
        reply = fetch(app.staging, "/", host=host)
        return json.loads(reply.body)["version"] if reply.status == 200 else reply.status

    names = ("fix-login.preview.example.com", "new-cart.preview.example.com", "staging.example.com")
    assert [version(name) for name in names] == ["fix-login", "new-cart", "main"]
    assert version("main.preview.example.com") == 404

    app.branch("fix-login")
    app.write("fix2", settings, host="staging.example.com")
    create(shipway, app, "fix-login")
    assert version(names[0]) == "fix2"
    shipway.client.post(f"/projects/{app.project}/previews/preview-fix-login/destroy")
    assert [version(name) for name in names] == [404, "new-cart", "main"]
    shipway.client.post(f"/projects/{app.project}/previews/preview-new-cart/destroy")
    assert [version(name) for name in names] == [404, 404, "main"]


def test_destroyed_nothing_of_it_is_left_and_it_can_be_made_again(
    shipway: Shipway, app: Branched, home: Path
) -> None:
    """R003: a preview is destroyed completely, its data included."""
    app.write("main", "max: 2", database=True)
    made: dict[str, Any] = create(shipway, app, "main")
    volumes = home / "process" / "volumes"
    assert list(volumes.glob("*preview-main*"))
    gone = shipway.client.post(f"/projects/{app.project}/previews/preview-main/destroy")
    assert len(gone["volumes"]) == 1
    assert environments(shipway) == set()
    assert list(volumes.glob("*preview-main*")) == []
    assert list((home / "applications").glob("*.json")) == []
    with pytest.raises(OSError, match="refused"):
        answer(port_of(made))
    with pytest.raises(Problem) as caught:
        shipway.client.post(f"/projects/{app.project}/previews/preview-main/destroy")
    assert caught.value.kind == "no-preview"
    create(shipway, app, "main")
    assert environments(shipway) == {"preview-main"}


def test_a_preview_sleeps_and_its_end_comes_by_itself(shipway: Shipway, app: Branched) -> None:
    app.write("main", "sleep_after: 2s")
    made: dict[str, Any] = create(shipway, app, "main")

    def asleep() -> bool:
        (item,) = shipway.client.get(f"/projects/{app.project}/previews")["previews"]
        return bool(item["asleep"])

    eventually("it sleeps", asleep, 30)
    assert answer(port_of(made), timeout_s=60)[0] == 200
    create(shipway, app, "main", expires_after_s=1)
    shipway.stop()
    shipway.start()  # a daemon that has just started looks at once
    eventually("it is gone", lambda: environments(shipway) == set(), 60)


@pytest.mark.parametrize("engine", BOTH_ENGINES)
def test_a_masked_copy_holds_every_row_and_not_one_real_value(
    shipway: Shipway, app: Branched
) -> None:
    """Issue item 5: a masked copy of staging's data."""
    masked = f'data: masked, masks: ["{MASK}"]'
    app.write("main", masked, database=True)
    shipway.rolled("deploy", app.directory, "staging")
    fill(shipway, app)
    create(shipway, app, "main")
    count = "SELECT count(*), count(*) FILTER (WHERE email LIKE '%@example.com') FROM users"
    assert sql(shipway, app, "preview-main", count) == "50|50"
    assert sql(shipway, app, "staging", count) == "50|0"
    databases = sql(shipway, app, "preview-main", "SELECT datname FROM pg_database")
    assert "shipway_masking" not in databases.split()

    sql(shipway, app, "preview-main", "DELETE FROM users WHERE id > 10")
    create(shipway, app, "main")
    assert sql(shipway, app, "preview-main", count) == "10|10", "renewed, it keeps its data"
    shipway.client.post(f"/projects/{app.project}/previews/preview-main/destroy")
    shipway.client.post(f"/projects/{app.project}/environments/staging/destroy", data=True)


def test_a_mask_that_fails_leaves_the_preview_without_a_single_row(
    shipway: Shipway, app: Branched
) -> None:
    app.write("main", 'data: masked, masks: ["UPDATE nobody SET x = 1"]', database=True)
    shipway.rolled("deploy", app.directory, "staging")
    fill(shipway, app)
    body = {"directory": str(app.directory), "branch": "main", "engine": "process"}
    number = shipway.client.post("/previews", body)["rollout"]["id"]
    rollout = shipway.finished(number)
    assert rollout["state"] == "failed"
    assert rollout["problem"]["kind"] == "copy-failed"
    assert any("nobody" in line for line in rollout["problem"]["details"])
    assert "company.example" not in shipway.story(number)
    shipway.client.post(f"/projects/{app.project}/previews/preview-main/destroy")


def test_a_copy_without_masks_is_refused(shipway: Shipway, app: Branched) -> None:
    app.write("main", "data: masked")
    with pytest.raises(Problem) as caught:
        create(shipway, app, "main")
    assert caught.value.kind == "no-masks"
    assert environments(shipway) == set()


@pytest.mark.usefixtures("shipway")
def test_the_command_shows_its_plan_lists_and_destroys(app: Branched, home: Path) -> None:
    app.write("main", "max: 2")

    def typed(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "shipway", "preview", *words],
            cwd=app.directory,
            env={**os.environ, "SHIPWAY_HOME": str(home), "NO_COLOR": "1"},
            check=False,
            capture_output=True,
            text=True,
            timeout=90,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    said = typed("create", "-y", "--engine", "process", "--expires-after", "3d")
    assert "preview-main for the branch main:" in said
    assert "settings     staging's, with its secrets" in said
    (line,) = typed("list").splitlines()
    assert line.startswith("main  http://127.0.0.1:")
    assert "fresh data" in line
    assert "ends in" in line
    assert typed("destroy", "main", "-y").startswith("Nothing is left of preview-main")
    assert typed("list").startswith("There is no preview.")


@pytest.mark.parametrize(
    ("branch", "name"),
    [
        ("fix-login", "preview-fix-login"),
        ("Fix-Login", "preview-fix-login-b1d0"),
        ("fix/login", "preview-fix-login-"),
        ("수정", "preview-"),
        ("a" * 60, "preview-aaaaaaaaaaaaaaaaaa-"),
    ],
)
def test_a_branch_gives_a_name_that_no_other_branch_has(branch: str, name: str) -> None:
    found = preview_name(branch)
    assert environment_name(found) == found, ENVIRONMENT_PATTERN
    assert found.startswith(name.removesuffix("b1d0"))
    assert found == preview_name(branch)
    assert found not in {preview_name(other) for other in (f"{branch}x", f"{branch}/")}
