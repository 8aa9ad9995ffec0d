"""What is shown before anything is done: commits, migrations, artifacts, configuration."""

from __future__ import annotations

from typing import Any

from tests.support.running import Shipway
from tests.support.tinyapp import TinyApp, Variant

COMPOSE = """
services:
  api:
    build:
      context: .
      args: {PUBLIC_API: "${PUBLIC_API}"}
    command: python api.py 0.0.0.0
    ports: ["8000:8000"]
"""

SPEC = """
project: @PROJECT@
environments:
  staging: {port: @STAGING@, variables: {PUBLIC_API: "http://staging.example.com"}}
  production: {port: @PRODUCTION@, variables: {PUBLIC_API: "http://example.com"}}
services: {api: {health: /health}}
variables: {GREETING: "@VERSION@"}
rollout: {disk_minimum: 100MB}
"""


def plan(shipway: Shipway, app: TinyApp, kind: str, environment: str) -> dict[str, Any]:
    body = {"kind": kind, "directory": str(app.directory), "environment": environment}
    return shipway.client.post("/plans", body)


def test_a_promotion_shows_what_differs_and_what_was_built_in(
    shipway: Shipway, app: TinyApp
) -> None:
    """R075, R097, D30: nothing is rebuilt, and build-time values that differ are named."""
    app.commit(Variant(version="v1"), compose__yaml=COMPOSE, shipway__yaml=SPEC)
    shipway.rolled("deploy", app.directory, "staging")
    shipway.rolled("promote", app.directory, "production")

    (app.directory / "migrations").mkdir()
    app.commit(Variant(version="v2"), **{"migrations/0002_likes__py": "pass\n"})
    app.commit(Variant(version="v2"), compose__yaml=COMPOSE, shipway__yaml=SPEC)
    shipway.rolled("deploy", app.directory, "staging")
    shown = plan(shipway, app, "promote", "production")

    assert (shown["release"], shown["live"]) == ("r2", "r1")
    assert [line[:2] for line in shown["commits"]] == ["+ ", "+ "]
    assert shown["migrations"] == ["migrations/0002_likes.py"]
    (artifact,) = shown["artifacts"]
    assert artifact.startswith("api: ")
    assert " → " in artifact
    assert any("GREETING" in line for line in shown["changes"])
    assert all("v2" not in line for line in shown["changes"]), "a value is shown"
    (built_in,) = shown["built_in"]
    assert "PUBLIC_API was built in for staging" in built_in
    assert "build" not in " ".join(shown["steps"])

    shipway.rolled("promote", app.directory, "production")
    back = plan(shipway, app, "rollback", "production")
    assert back["release"] == "r1"
    assert back["migrations"] == [
        "migrations/0002_likes.py (stays applied: a rollback does not undo it)"
    ]


def test_the_same_artifacts_serve_both_environments(shipway: Shipway, app: TinyApp) -> None:
    """R097, R196: staging's digests are production's."""
    app.commit(Variant(version="v1"))
    shipway.rolled("deploy", app.directory, "staging")
    shipway.rolled("promote", app.directory, "production")
    status = shipway.status()["environments"]
    artifacts = [view["live"]["artifacts"] for view in status]
    assert len(artifacts) == 2
    assert artifacts[0] == artifacts[1]


def test_what_the_engine_does_not_honour_is_said_before(shipway: Shipway, app: TinyApp) -> None:
    compose = COMPOSE.replace("    command:", "    mem_limit: 64m\n    command:")
    app.commit(Variant(version="v1"), compose__yaml=compose, shipway__yaml=SPEC)
    shown = plan(shipway, app, "deploy", "staging")
    assert any(line.startswith("api: ") and "mem_limit" in line for line in shown["notes"])
