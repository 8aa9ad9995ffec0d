"""What is wrong ends in one clear Problem with the next command, and nothing is harmed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from shipway.errors import Problem
from tests.support.asking import releases_answering
from tests.support.running import Shipway, eventually, free_ports
from tests.support.tinyapp import TinyApp, Variant

WITH_POSTGRES = """
services:
  api:
    build: .
    command: python api.py 0.0.0.0
    ports: ["8000:8000"]
    depends_on: {postgres: {condition: service_healthy}}
  postgres:
    image: postgres:16-alpine
    environment: {POSTGRES_PASSWORD: '${POSTGRES_PASSWORD:?}'}
    volumes: ["data:/var/lib/postgresql/data"]
    healthcheck: {test: ["CMD-SHELL", "pg_isready -U postgres"], interval: 1s}
volumes: {data: {}}
"""

PLAIN_SPEC = """
project: @PROJECT@
environments: {staging: {port: @STAGING@}, production: {port: @PRODUCTION@}}
services: {api: {health: {path: /health, deadline: @DEADLINE@}}}
rollout: {disk_minimum: 100MB}
"""


@pytest.fixture
def serving(shipway: Shipway, app: TinyApp) -> Iterator[TinyApp]:
    """Yield an application that serves both environments, and assert that it still does."""
    app.commit(Variant(version="v1"))
    shipway.rolled("deploy", app.directory, "staging")
    shipway.rolled("promote", app.directory, "production")
    yield app
    assert releases_answering(app.production) == {"r1"}
    assert releases_answering(app.staging) == {"r1"}


def assert_clear(problem: Problem, kind: str, *words: str) -> None:
    assert problem.kind == kind, problem
    for word in words:
        assert word in str(problem), problem
    assert problem.hints, problem


def test_a_compose_file_that_does_not_load_is_named_with_its_line(
    shipway: Shipway, serving: TinyApp
) -> None:
    """R131."""
    serving.commit(compose__yaml="services:\n  api:\n    build: .\n    portz: []\n")
    problem = shipway.refused("deploy", serving.directory, "staging")
    assert "compose.yaml" in str(problem)
    assert problem.source is not None
    assert problem.source.line == 4


def test_a_service_without_a_health_endpoint_is_told_where_to_name_one(
    shipway: Shipway, serving: TinyApp
) -> None:
    spec = PLAIN_SPEC.replace("/health, deadline: @DEADLINE@", "/missing, deadline: 3s")
    serving.commit(Variant(version="v2"), shipway__yaml=spec)
    problem = shipway.refused("deploy", serving.directory, "staging")
    assert_clear(problem, "no-health-endpoint", "GET /missing answered 404", "health: /your/path")


def test_a_port_in_use_is_named(shipway: Shipway, serving: TinyApp) -> None:
    (taken,) = free_ports(1)
    with socket.socket() as other:
        other.bind(("127.0.0.1", taken))
        other.listen()
        spec = PLAIN_SPEC.replace("production: {port: @PRODUCTION@}", f"trial: {{port: {taken}}}")
        serving.commit(Variant(version="v2"), shipway__yaml=spec)
        problem = shipway.refused("deploy", serving.directory, "trial")
    assert_clear(problem, "port-in-use", str(taken))


def test_a_build_that_fails_shows_its_last_lines(shipway: Shipway, serving: TinyApp) -> None:
    serving.commit(Variant(version="v2"), requirements__txt="no-such-package-anywhere==9.9.9\n")
    problem = shipway.refused("deploy", serving.directory, "staging")
    assert_clear(problem, "build-failed")
    assert any("no-such-package-anywhere" in line for line in problem.details), problem


def test_a_migration_that_fails_shows_its_output_and_stops_the_rollout(
    shipway: Shipway, serving: TinyApp
) -> None:
    serving.commit(Variant(version="v2", migrate=7))
    problem = shipway.refused("deploy", serving.directory, "staging")
    assert_clear(problem, "job-failed", "exit code 7", "r1 still serves staging")
    assert any("migrating to v2" in line for line in problem.details)


def test_a_disk_below_the_declared_minimum_refuses_the_rollout(
    shipway: Shipway, serving: TinyApp
) -> None:
    spec = PLAIN_SPEC.replace("disk_minimum: 100MB", "disk_minimum: 900000GB")
    serving.commit(Variant(version="v2"), shipway__yaml=spec)
    problem = shipway.refused("deploy", serving.directory, "staging")
    assert_clear(problem, "disk-full", "Nothing was changed", "shipway clean")


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_disk_that_is_really_full_ends_in_a_problem_and_recovers(tmp_path: Path) -> None:
    home = tmp_path / "small"
    home.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(home)], check=True)
    staging, production = free_ports(2)
    app = TinyApp(tmp_path / "app", project="full", staging=staging, production=production)
    running = Shipway(home / "shipway")
    try:
        running.start()
        app.commit(Variant(version="v1"))
        running.rolled("deploy", app.directory, "staging")
        filler = home / "filler"
        with filler.open("wb") as stream:
            try:
                while True:
                    stream.write(b"x" * 1_000_000)
                    stream.flush()
            except OSError:
                pass
        app.commit(Variant(version="v2"))
        problem = running.refused("deploy", app.directory, "staging")
        assert_clear(problem, "disk-full")
        assert releases_answering(staging) == {"r1"}
        filler.unlink()
        running.rolled("deploy", app.directory, "staging")
        assert "r1" not in releases_answering(staging)
    finally:
        running.close()
        subprocess.run(["umount", "-l", str(home)], check=True)


def test_a_docker_that_is_not_there_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nowhere.sock")
    staging, production = free_ports(2)
    app = TinyApp(tmp_path / "app", project="nodocker", staging=staging, production=production)
    app.commit()
    running = Shipway(tmp_path / "home", engine="docker")
    running.start()
    try:
        problem = running.refused("deploy", app.directory, "staging")
        assert_clear(problem, "engine-unavailable")
    finally:
        running.stop()


def test_a_postgresql_that_died_comes_back_and_one_that_cannot_is_reported(
    shipway: Shipway, app: TinyApp
) -> None:
    (app.directory / ".env").write_text("POSTGRES_PASSWORD=4f3b1c9a77d2e8b6c0a1\n")
    app.commit(
        Variant(version="v1"),
        compose__yaml=WITH_POSTGRES,
        __gitignore=".env\n",
        shipway__yaml=PLAIN_SPEC,
    )
    shipway.rolled("deploy", app.directory, "staging")
    shipway.rolled("promote", app.directory, "production")
    project = shipway.status()["environments"][0]["project"]
    (data,) = shipway.places.home.glob(f"**/volumes/{project}.staging.data")

    pidfile = next(data.glob("**/postmaster.pid"))
    os.kill(int(pidfile.read_text().splitlines()[0]), signal.SIGKILL)
    app.commit(
        Variant(version="v2"),
        compose__yaml=WITH_POSTGRES,
        __gitignore=".env\n",
        shipway__yaml=PLAIN_SPEC,
    )
    shipway.rolled("deploy", app.directory, "staging")

    os.kill(int(next(data.glob("**/postmaster.pid")).read_text().splitlines()[0]), signal.SIGKILL)
    control = next(data.glob("**/global"))
    shutil.rmtree(control)
    app.commit(
        Variant(version="v3"),
        compose__yaml=WITH_POSTGRES,
        __gitignore=".env\n",
        shipway__yaml=PLAIN_SPEC,
    )
    problem = shipway.refused("deploy", app.directory, "staging")
    assert_clear(problem, "service-not-ready", "postgres", "shipway logs postgres staging")
    assert releases_answering(app.production) == {"r1"}
    eventually("production is well", lambda: shipway.environment(project, "production")["good"])


def test_outside_a_git_repository_the_hint_is_what_to_type(
    shipway: Shipway, tmp_path: Path
) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "shipway.yaml").write_text("project: plain\n")
    problem = shipway.refused("deploy", tmp_path / "plain", "staging")
    assert_clear(problem, "not-a-repository", "git init")


def test_a_rollback_with_nothing_earlier_changes_nothing(
    shipway: Shipway, serving: TinyApp
) -> None:
    problem = shipway.refused("rollback", serving.directory, "production")
    assert_clear(problem, "nothing-earlier", "r1 goes on serving")


def test_a_promotion_of_what_is_live_already_changes_nothing(
    shipway: Shipway, serving: TinyApp
) -> None:
    problem = shipway.refused("promote", serving.directory, "production")
    assert_clear(problem, "already-live")
