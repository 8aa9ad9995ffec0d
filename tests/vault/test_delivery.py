from __future__ import annotations

import pytest

from shipway.errors import Problem
from tests.acceptance.conftest import app, engine, home, shipway
from tests.support.asking import answer
from tests.support.running import Shipway
from tests.support.tinyapp import TinyApp

__all__ = ["app", "engine", "home", "shipway"]


def at(app: TinyApp, environment: str = "staging") -> str:
    return f"/projects/{app.project}/environments/{environment}/secrets"


def test_a_secret_reaches_the_service_with_the_next_rollout_and_leaves_with_the_rollback(
    shipway: Shipway, app: TinyApp
) -> None:
    """R061, R066: a release is brought back with the secrets that it had."""
    client = shipway.client
    app.commit()
    client.post(at(app), {"put": {"API_TOKEN": "first-value"}})
    shipway.rolled("deploy", app.directory, "staging")
    assert answer(app.staging, "/env")[2]["API_TOKEN"] == "first-value"

    changed = client.post(at(app), {"put": {"API_TOKEN": "second-value"}})
    assert changed["waiting"]["names"] == ["API_TOKEN"]
    assert answer(app.staging, "/env")[2]["API_TOKEN"] == "first-value"

    plan = client.post(
        "/plans",
        {"kind": "deploy", "directory": str(app.directory), "environment": "staging"},
    )
    assert "secrets: version 1 → 2 (API_TOKEN)" in plan["changes"]
    shipway.rolled("deploy", app.directory, "staging")
    assert answer(app.staging, "/env")[2]["API_TOKEN"] == "second-value"
    assert client.get(at(app))["waiting"] is None

    shipway.rolled("rollback", app.directory, "staging")
    assert answer(app.staging, "/env")[2]["API_TOKEN"] == "first-value"
    versions = client.get(f"{at(app)}/versions")["versions"]
    assert {item["version"]: item["releases"] for item in versions} == {1: ["r1"], 2: ["r2"]}
    placed = {
        item["release"]: item["placements"][0]["secrets"]
        for item in client.get(f"/projects/{app.project}/releases")["releases"]
    }
    assert placed == {"r1": 1, "r2": 2}


def test_values_are_answered_by_reveal_alone_and_every_asking_is_audited(
    shipway: Shipway, app: TinyApp
) -> None:
    client = shipway.client
    client.post(at(app), {"put": {"API_TOKEN": "the-value-3141"}})
    assert "the-value-3141" not in str(client.get(at(app)))
    assert client.post(f"{at(app)}/reveal", name="API_TOKEN")["value"] == "the-value-3141"
    with pytest.raises(Problem) as caught:
        client.post(f"{at(app)}/reveal", name="OTHER")
    assert caught.value.kind == "no-secret"
    trail = client.get("/audit")["entries"]
    assert [item["action"] for item in trail] == ["secret-get", "secret-set"]
    assert "the-value-3141" not in str(trail)


def test_a_refused_body_is_not_sent_back(shipway: Shipway, app: TinyApp) -> None:
    """What FastAPI says of a wrong body holds the body, unless it is kept from doing so."""
    with pytest.raises(Problem) as caught:
        shipway.client.post(at(app), {"put": {"NOT-A-NAME": "canary-77"}, "drop": "canary-78"})
    assert "canary-7" not in str(caught.value.as_dict())
