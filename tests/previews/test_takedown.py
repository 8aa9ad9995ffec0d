"""A whole project taken down by one command, as a person types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shipway.engines.docker import DockerEngine
from shipway.engines.docker import names as docker_names
from tests.previews.conftest import Branched, create
from tests.support.asking import answer
from tests.support.running import Shipway
from tests.support.tinyapp import Variant


def typed(home: Path, where: Path, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "shipway", *words],
        cwd=where,
        env={**os.environ, "SHIPWAY_HOME": str(home), "NO_COLOR": "1"},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout + done.stderr


def images(project: str) -> list[str]:
    """Return what is built for the project and still kept."""
    wanted = docker_names.selector({docker_names.PROJECT: project})
    found = DockerEngine()._transport.get("/images/json", filters=wanted)
    return [str(one["Id"]) for one in found]


def left_running(project: str) -> list[str]:
    found = DockerEngine().instances()
    return [str(one.id) for one in found if one.scope.environment.project == project]


@pytest.mark.docker
@pytest.mark.parametrize("engine", ["docker"])
def test_one_command_takes_a_whole_project_down_and_its_data_only_when_asked(
    shipway: Shipway, app: Branched, home: Path
) -> None:
    """R003: both environments, a preview, routes and images; data with --data; then again."""
    app.write("main", "max: 2", database=True)
    shipway.rolled("deploy", app.directory, "staging")
    shipway.rolled("promote", app.directory, "production")
    create(shipway, app, "main")
    assert images(app.project)

    code, said = typed(home, app.directory, "destroy", "--all")
    assert code == 2, "nobody is there who could agree"
    assert f"Of {app.project} goes:" in said
    assert "preview of main, with its data" in said
    assert "What stays: volumes, secrets, backups, the audit trail." in said
    assert answer(app.production)[2]["version"] == "main"

    code, said = typed(home, home, "destroy", "--all", app.project, "-y")
    assert code == 0, said
    assert "Volumes stay:" in said
    assert "preview-main" in said
    assert left_running(app.project) == []
    assert images(app.project) == []
    for port in (app.staging, app.production):
        with pytest.raises(OSError, match="refused"):
            answer(port)
    known = {item["environment"]: item["live"] for item in shipway.status()["environments"]}
    assert known == {"staging": None, "production": None}

    code, said = typed(home, app.directory, "destroy", "--all", "--data", "-y", "--json")
    assert code == 0, said
    assert {name: len(gone) for name, gone in json.loads(said)["volumes"].items()} == {
        "staging": 1,
        "production": 1,
    }
    assert shipway.status()["environments"] == []
    assert not list((home / "sources").glob(f"{app.project}/*"))
    code, said = typed(home, app.directory, "destroy", "--all", "-y")
    assert (code, said) == (0, f"Nothing of {app.project} is here any more.\n")
    told = [entry["action"] for entry in shipway.client.get("/audit")["entries"]]
    assert told.count("destroy-project") == 2

    shipway.rolled("deploy", app.directory, "staging")
    assert answer(app.staging)[2]["version"] == "main"


def test_while_a_rollout_runs_nothing_is_taken_down(
    shipway: Shipway, app: Branched, home: Path
) -> None:
    app.commit(Variant(health=503))  # it is waited for, until it is aborted
    number = shipway.begin("deploy", app.directory, "staging")
    code, said = typed(home, app.directory, "destroy", "--all", "-y")
    shipway.client.post(f"/rollouts/{number}/abort")
    shipway.finished(number)
    assert code != 0
    assert f"rollouts are under way (#{number} in staging). Nothing was changed." in said
    code, said = typed(home, home, "destroy", "--all", "nobody", "-y")
    assert code != 0
    assert "nobody was never deployed here." in said
