"""The contract of examples/omnivibe, judged as a deploy judges it; no server is needed."""

from __future__ import annotations

import pytest

from shipway.spec import load_spec
from shipway.spec.contract.judge import Given, judge
from shipway.spec.contract.rules import Type
from tests.systems.omnivibe import PAID, SYSTEM

SPEC = load_spec(SYSTEM.directory)
ALWAYS = (
    "SECRET_KEY",
    "REDIS_URL",
    "NEO4J_URI",
    "NEO4J_USER",
    "NEO4J_PASSWORD",
    "GOOGLE_SHEETS_CREDENTIALS_PATH",
    *PAID,
)
STRONG = "9f2c41d7ab06e83552b1"
GOOD = {
    **{name: f"{STRONG}{number:02}" for number, name in enumerate(PAID)},
    "SECRET_KEY": STRONG * 2,
    "REDIS_URL": "redis://redis:6379/0",
    "NEO4J_URI": "http://neo4j:7474",
    "NEO4J_USER": "neo4j",
    "NEO4J_PASSWORD": STRONG,
    "GOOGLE_SHEETS_CREDENTIALS_PATH": "/run/omnivibe/google-sheets.json",
    "PROVIDERS": "live",
    "AI_PROVIDER": "openai",
    "FRONTEND_URL": "https://omnivibepro.com",
    "CORS_ORIGINS": "https://omnivibepro.com,https://www.omnivibepro.com",
    "DEBUG": "false",
}


def wrong(environment: str = "production", /, **changed: str | None) -> dict[str, str]:
    """Return what would refuse a rollout of the backend, by variable."""
    values = {key: value for key, value in {**GOOD, **changed}.items() if value is not None}
    services = [Given(service="backend", values=values)]
    contract = {name: rule for name, rule in SPEC.contract.items() if rule.services != ()}
    return {
        item.variable: item.said for item in judge(contract, environment, services) if item.blocks
    }


def test_what_is_complete_is_let_through() -> None:
    assert wrong() == {}
    assert wrong("staging") == {}


@pytest.mark.parametrize("environment", ["staging", "production"])
@pytest.mark.parametrize("name", ALWAYS)
def test_nothing_is_deployed_without_what_the_backend_needs(name: str, environment: str) -> None:
    """R039: each of the sixteen, in every environment, by its name."""
    assert wrong(environment, **{name: None}) == {name: "has no value (required)"}


def test_what_the_required_values_must_be() -> None:
    """R039: the key's length, a strong password, a path; observability stays optional."""
    assert "SECRET_KEY" in wrong(SECRET_KEY=STRONG)
    assert "NEO4J_PASSWORD" in wrong(NEO4J_PASSWORD="neo4j")
    assert "GOOGLE_SHEETS_CREDENTIALS_PATH" in wrong(GOOGLE_SHEETS_CREDENTIALS_PATH="sheets.json")
    assert SPEC.contract["GOOGLE_SHEETS_CREDENTIALS_PATH"].type is Type.PATH
    assert "LOGFIRE_TOKEN" in SPEC.contract
    assert wrong(LOGFIRE_TOKEN=None) == {}


def test_what_production_needs_beyond() -> None:
    """R040: an https address, the list of origins, and no debugging."""
    for name in ("FRONTEND_URL", "CORS_ORIGINS"):
        assert name in wrong(**{name: None})
        assert wrong("staging", **{name: None}) == {}
    assert "FRONTEND_URL" in wrong(FRONTEND_URL="http://omnivibepro.com")
    assert "CORS_ORIGINS" in wrong(CORS_ORIGINS="*")
    assert "DEBUG" in wrong(DEBUG="true")
    assert wrong("staging", DEBUG="true") == {}
    assert SPEC.contract["DEBUG"].fixed == {"production": "false"}


@pytest.mark.parametrize(
    "group",
    [
        ("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET"),
        ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"),
    ],
)
def test_a_feature_has_all_of_its_keys_or_none(group: tuple[str, ...]) -> None:
    """R041."""
    everything = {name: f"{STRONG}{name.lower()}" for name in group}
    assert wrong(**everything) == {}
    for name in group:
        assert wrong(**{**everything, name: None}), f"without {name} alone nothing is said"


def test_the_paid_services_are_asked_or_mocked_and_nothing_between() -> None:
    """The contract itself says what the mock is."""
    rule = SPEC.contract["PROVIDERS"]
    assert rule.allowed == ("live", "mock")
    assert "nobody is asked or paid" in rule.about
    assert "PROVIDERS" in wrong(PROVIDERS="fake")
    assert "AI_PROVIDER" in wrong(AI_PROVIDER="other")
