"""Gates: a deploy asks the commit's files, a promotion asks what staging proved.

R059, R097, R134, R164; a waiver, an override and a person's word each leave a trace.
"""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from shipway.errors import Problem
from tests.acceptance.conftest import BOTH_ENGINES
from tests.support.asking import releases_answering
from tests.support.browsing import Browser
from tests.support.running import Shipway, eventually, free_ports
from tests.support.tinyapp import API, COMPOSE, SPEC, TAKER, TinyApp, Variant

WRITTEN_SECRET = COMPOSE.replace(
    "    stop_grace_period: 5s\n",
    "    stop_grace_period: 5s\n    environment: {STRIPE_SECRET_KEY: sk-4f3b1c9a77d2e8b6c0a1}\n",
    1,
)
KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n-----END PRIVATE KEY-----\n"
WAIVER = """
waivers:
  - {check: compose.written-secret, reason: a test key, by: Mina, until: 2099-12-31}
"""
JOURNEY = """
journeys:
  read-items:
    smoke: @SMOKE@
    steps: [{request: GET /items, expect: {json: {$.items: @ITEMS@}}}]
"""


def journey(*, good: bool, smoke: bool = False) -> str:
    items = "[]" if good else "[1]"
    return SPEC + JOURNEY.replace("@ITEMS@", items).replace("@SMOKE@", str(smoke).lower())


def project_of(app: TinyApp) -> str:
    return (app.directory / "shipway.yaml").read_text().splitlines()[0].split(": ")[1]


def path_of(app: TinyApp, environment: str = "staging") -> str:
    return f"/projects/{project_of(app)}/environments/{environment}"


def checked(shipway: Shipway, app: TinyApp, *only: str) -> dict[str, dict[str, Any]]:
    lines = shipway.client.stream("POST", f"{path_of(app)}/checks", {"only": list(only)})
    return {line["outcome"]["id"]: line["outcome"] for line in lines if "outcome" in line}


def audited(shipway: Shipway, action: str) -> list[dict[str, Any]]:
    entries = shipway.client.get("/audit")["entries"]
    return [item["details"] for item in entries if item["action"] == action]


def overview_page(shipway: Shipway, app: TinyApp) -> str:
    """Return the dashboard's first page as a deployer sees it."""
    taken = {app.staging, app.production}
    port = next(item for item in free_ports(3) if item not in taken)
    base = shipway.client.post("/dashboard", {"address": f"127.0.0.1:{port}"})["url"]
    answer = shipway.client.post("/users/invite", {"role": "deployer", "name": "mina"})
    browser = Browser(base)
    assert browser.join(answer["path"], "mina").status == 303
    return html.unescape(browser.get("/").text)


def test_a_commit_with_a_secret_in_it_is_refused_until_it_is_waived_or_overridden(
    shipway: Shipway, app: TinyApp
) -> None:
    app.commit(compose__yaml=WRITTEN_SECRET, deploy__pem=KEY)
    problem = shipway.refused("deploy", app.directory, "staging")
    assert problem.kind == "gate-closed"
    assert any("compose.yaml:7: " in line for line in problem.details), problem.details
    assert any("deploy.pem:1: " in line for line in problem.details), problem.details
    assert "sk-4f3b" not in str(problem)
    assert all(re.search("[가-힣]", problem.korean[line]) for line in problem.details)
    with pytest.raises(Problem, match="Nothing was changed"):
        shipway.client.post(
            "/plans",
            {"kind": "deploy", "directory": str(app.directory), "environment": "staging"},
        )
    rollout = shipway.rolled("deploy", app.directory, "staging", override="the shop is down")
    assert "overridden (the shop is down)" in shipway.story(rollout["id"])
    assert audited(shipway, "deploy")[0]["override"] == "the shop is down"

    app.commit(compose__yaml=WRITTEN_SECRET, shipway__yaml=SPEC + WAIVER, deploy__pem="gone")
    shipway.rolled("deploy", app.directory, "staging")


def test_a_promotion_is_refused_by_what_staging_failed_with_these_artifacts(
    shipway: Shipway, app: TinyApp
) -> None:
    """R098: evidence counts for exactly the artifacts that it was seen with."""
    app.commit(Variant(version="v1"), shipway__yaml=journey(good=False))
    shipway.rolled("deploy", app.directory, "staging")
    problem = shipway.refused("promote", app.directory, "production")
    assert problem.kind == "gate-closed"
    assert problem.details == (
        "journey.read-items failed in staging: GET /items: $.items is [], expected [1]",
    )
    assert list(problem.korean.values()) == [
        "staging에서 journey.read-items 실패: 실패한 단계 — GET /items: $.items is [], expected [1]"
    ]
    assert audited(shipway, "promote") == []
    page = overview_page(shipway, app)
    assert "The gate is closed (1): journey.read-items failed in staging" in page
    assert "/environments/production/plan/promote" in page  # where it can be overridden
    told = shipway.rolled("promote", app.directory, "production", override="known, harmless")
    assert "overridden (known, harmless)" in shipway.story(told["id"])
    assert releases_answering(app.production) == {"r1"}

    app.commit(Variant(version="v2"), shipway__yaml=journey(good=True))
    shipway.rolled("deploy", app.directory, "staging")
    told = shipway.rolled("promote", app.directory, "production")
    assert "evidence of staging for these artifacts: " in shipway.story(told["id"])
    evidence = shipway.client.get(f"{path_of(app)}/evidence", check="journey")["evidence"]
    assert [(item["result"], item["release"]) for item in evidence] == [("passed", "r2")]


def test_a_smoke_journey_that_fails_switches_back(shipway: Shipway, app: TinyApp) -> None:
    app.commit(Variant(version="v1"), shipway__yaml=journey(good=True, smoke=True))
    shipway.rolled("deploy", app.directory, "staging")
    app.commit(Variant(version="v2"), shipway__yaml=journey(good=False, smoke=True))
    problem = shipway.refused("deploy", app.directory, "staging")
    assert problem.kind == "smoke-failed"
    assert "journey read-items: GET /items: $.items is [], expected [1]" in problem.message
    assert "r1 still serves staging" in problem.message
    assert "sent GET /items" in problem.details
    assert releases_answering(app.staging) == {"r1"}


IGNORES = TAKER.replace("lambda *_: os._exit(0)", "signal.SIG_IGN")
NEEDY = "import os\nos.environ['SECRET_KEY']\n" + API
SECRET = SPEC.replace(
    "services:\n", "variables: {SECRET_KEY: 0f9b7c31e6d84ab20f9b7c31e6d84ab2}\nservices:\n", 1
)


@pytest.mark.slow
@pytest.mark.parametrize("engine", BOTH_ENGINES)
def test_services_are_stopped_and_started_for_a_look_and_nothing_is_left(
    shipway: Shipway, app: TinyApp
) -> None:
    """R134, R059: instances of their own are asked, and removed; the live ones go on."""
    app.commit(Variant(version="v1"), shipway__yaml=SECRET, taker__py=IGNORES)
    shipway.rolled("deploy", app.directory, "staging")
    before = {item["name"] for item in shipway.environment(project_of(app), "staging")["instances"]}
    found = checked(shipway, app, "live.graceful-stop", "live.refuses-missing", "live.replicas")
    stop = found["live.graceful-stop"]
    assert stop["result"] == "failed", stop
    assert "worker ended with exit code" in stop["wrong"][0]["en"]
    assert "killed" in stop["wrong"][0]["en"]
    assert found["live.refuses-missing"]["wrong"][0]["en"] == "api starts without SECRET_KEY"
    assert found["live.replicas"]["result"] == "passed"
    view = shipway.environment(project_of(app), "staging")
    assert {item["name"] for item in view["instances"]} == before
    assert view["good"]

    app.commit(Variant(version="v2"), shipway__yaml=SECRET, taker__py=TAKER, api__py=NEEDY)
    shipway.rolled("deploy", app.directory, "staging")
    found = checked(shipway, app, "live.graceful-stop", "live.refuses-missing")
    assert {item["result"] for item in found.values()} == {"passed"}, found


def test_a_persons_word_is_shown_ends_and_never_outweighs_a_failure(
    shipway: Shipway, app: TinyApp
) -> None:
    """R164: attested is no pass."""
    app.commit(Variant(version="v1"), shipway__yaml=journey(good=False))
    shipway.rolled("deploy", app.directory, "staging")
    path = f"{path_of(app)}/attest"
    word = {"check": "live.pgvector", "reason": "seen in psql", "until": "2099-01-31"}
    kept = shipway.client.post(path, word)
    assert (kept["result"], kept["by"]) == ("attested", "kim")
    found = checked(shipway, app, "live.pgvector")["live.pgvector"]
    assert found["result"] == "not checked"
    assert found["attested"]["says"]["en"] == "seen in psql"
    assert audited(shipway, "attest")[0]["reason"] == "seen in psql"

    checked(shipway, app, "journey")
    with pytest.raises(Problem, match="does not outweigh"):
        shipway.client.post(path, {**word, "check": "journey.read-items"})
    with pytest.raises(Problem, match="is over"):
        shipway.client.post(path, {**word, "until": "2020-01-31"})
    with pytest.raises(Problem, match="no live check"):
        shipway.client.post(path, {**word, "check": "live.nothing"})


def test_staging_is_looked_at_by_itself_after_a_deploy(shipway: Shipway, app: TinyApp) -> None:
    app.commit(Variant(version="v1"), shipway__yaml=journey(good=True))
    shipway.rolled("deploy", app.directory, "staging")

    def seen() -> Any:
        return shipway.client.get(f"{path_of(app)}/evidence")["evidence"]

    evidence = eventually("staging is looked at", seen)
    assert {item["release"] for item in evidence} == {"r1"}
    assert "live.graceful-stop" not in {item["check"] for item in evidence}
    shipway.rolled("promote", app.directory, "production")
    production = shipway.client.get(f"{path_of(app, 'production')}/evidence")["evidence"]
    assert production == []
