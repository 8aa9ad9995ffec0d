"""R038, R059: the contract is judged on what really runs."""

from __future__ import annotations

from dataclasses import replace

from shipway.checks.live.library.refuses_missing import needed
from shipway.model.evidence import Result
from shipway.spec import read_spec
from tests.checks.live.stage import result, scene, service

SPEC = read_spec("""\
project: shop
contract:
  API_URL: {required: true}
  SMTP_HOST: {services: [mailer], required: true}
""")


def test_a_contract_that_is_kept_and_one_that_is_not() -> None:
    good = service(build=True, environment={"API_URL": "https://api.example.com"})
    mailer = service("mailer", build=True, environment={**good.environment, "SMTP_HOST": "mail"})
    kept = replace(scene(good, mailer), spec=SPEC)
    assert result("live.contract", kept)[0] is Result.PASSED
    bare = replace(scene(service(build=True), mailer), spec=SPEC)
    found, says = result("live.contract", bare)
    assert found is Result.FAILED
    assert "API_URL" in says
    assert result("live.contract", scene(good))[0] is Result.NOT_CHECKED


def test_what_the_contract_requires_is_left_out_first() -> None:
    api = service(environment={"API_URL": "x", "SMTP_HOST": "y", "DATABASE_URL": "z"})
    assert needed(api, SPEC) == "API_URL"
    assert needed(api) == "DATABASE_URL"
    assert needed(service(environment={"LOG_LEVEL": "INFO"}), SPEC) is None
