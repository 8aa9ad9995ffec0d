"""R038, R059: the contract is judged on what really runs."""

from __future__ import annotations

from dataclasses import replace

from shipway.checks.live.library.refuses_missing import needed, patience_s
from shipway.model.evidence import Result
from shipway.model.workload import MountedFile
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


def test_what_no_service_gets_is_not_missed_where_nobody_can_see_it() -> None:
    spec = read_spec(
        "project: shop\ncontract: {DB_PASSWORD: {generate: hex 32, services: []}, A: required}\n"
    )
    good = service(build=True, environment={"A": "x"})
    assert result("live.contract", replace(scene(good), spec=spec))[0] is Result.PASSED


def test_a_secret_that_is_a_file_has_a_value_where_the_file_is() -> None:
    spec = read_spec("""\
project: shop
files: [{secret: SIGNING_KEY, target: /keys/signing.pem}]
contract:
  SIGNING_KEY: {required: true, secret: true}
""")
    key = MountedFile(target="/keys/signing.pem", content=b"key")
    api = replace(service(build=True), files=(key,))
    assert result("live.contract", replace(scene(api), spec=spec))[0] is Result.PASSED
    bare = replace(scene(service(build=True)), spec=spec)
    assert result("live.contract", bare)[0] is Result.FAILED


def test_what_the_contract_requires_is_left_out_first() -> None:
    api = service(environment={"API_URL": "x", "SMTP_HOST": "y", "DATABASE_URL": "z"})
    assert needed(api, SPEC) == "API_URL"
    assert needed(api) == "DATABASE_URL"
    assert needed(service(environment={"LOG_LEVEL": "INFO"}), SPEC) is None


def test_an_answer_that_is_not_to_come_is_waited_for_as_long_as_the_service_needs() -> None:
    assert patience_s(None) == 30
    assert patience_s(4.0) == 9
    assert patience_s(29.0) == 30
