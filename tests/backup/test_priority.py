"""Backups go behind what serves: their programs take the processors that nobody else wants."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from shipway.engines.docker.datatools import tool_argv
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Artifact, Priority, Role, Workload
from shipway.repositories.running import run


@pytest.mark.parametrize(("gently", "nice"), [(False, 0), (True, 10)])
def test_a_program_of_a_repository_may_go_behind(
    tmp_path: Path, *, gently: bool, nice: int
) -> None:
    program = [sys.executable, "-c", "import os; print(os.nice(0))"]
    done = run(program, variables={}, directory=tmp_path, deadline_s=30, gently=gently)
    assert (done.code, int(done.stdout)) == (0, nice)


@pytest.mark.parametrize(
    ("priority", "given"), [(Priority.NORMAL, []), (Priority.BACKGROUND, ["--cpu-shares", "128"])]
)
def test_a_tool_beside_a_database_may_go_behind(priority: Priority, given: list[str]) -> None:
    work = Workload(
        scope=Scope(EnvironmentId("shop", "production")),
        service="db",
        role=Role.STATEFUL,
        artifact=Artifact(service="db", kind="image", reference="postgres:17", name="postgres:17"),
        definition={},
    )
    argv = tool_argv(
        "docker", "unix:///run/docker.sock", work, ["pg_basebackup"],
        folder=Path("/b"), name="base", connected=True, priority=priority,
    )  # fmt: skip
    place = argv.index("--network")
    assert argv[place - 2 : place] == given or (not given and "--cpu-shares" not in argv)
