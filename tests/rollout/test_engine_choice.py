"""On which engine an environment runs where nobody says it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shipway.model.names import EnvironmentId
from shipway.model.records import Project
from shipway.rollout.requests import engine_for
from shipway.store.store import SqliteStore
from tests.support.clocks import WakefulClock

PRODUCTION = EnvironmentId("shop", "production")


@pytest.mark.parametrize(
    ("known", "asked", "spec", "engine"),
    [
        ({}, None, None, "process"),
        ({"staging": "docker"}, None, None, "docker"),  # the same artifacts are to serve in it
        ({"staging": "docker", "demo": "process"}, None, None, "process"),
        ({"staging": "docker", "production": "process"}, None, None, "process"),
        ({"staging": "process"}, None, "docker", "docker"),
        ({"staging": "docker"}, "process", "docker", "process"),
    ],
)
def test_a_new_environment_runs_where_the_others_of_its_project_do(
    tmp_path: Path, known: dict[str, str], asked: str | None, spec: str | None, engine: str
) -> None:
    store = SqliteStore(tmp_path / "state.sqlite", WakefulClock(1000.0))
    for project in ("shop", "other"):
        store.catalog.register(Project(name=project, directory=f"/srv/{project}"))
    store.catalog.add_environment(EnvironmentId("other", "staging"), "docker")
    for name, its in known.items():
        store.catalog.add_environment(EnvironmentId("shop", name), its)
    world = cast("Any", SimpleNamespace(store=store, default_engine="process"))
    assert engine_for(world, PRODUCTION, asked, spec) == engine
