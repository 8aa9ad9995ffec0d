"""examples/vision, the first document's system, from git to production and back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from tests.systems import course, vision
from tests.systems.account import Account
from tests.systems.site import Site

SYSTEM = vision.SYSTEM
pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(900)]
HOUR_S = 3600


def test_every_journey_of_the_checklist_was_gone_in_staging(site: Site, account: Account) -> None:
    """R022, R044, R149, R150, R153, R154, R155, R156, R157, R158, R159, R160.

    Documentation, the page and its bundle that asks the API at its own origin, sign-up, login,
    chat read back, data sets, project, settings, a training that is accepted and cancelled.
    """
    assert set(account.journeys) == {
        "journey.documentation",
        "journey.page-asks-the-api",
        "journey.first-administrator",
        "journey.closed-without-token",
        "journey.from-sign-up-to-training",
        "journey.built-in-data-sets",
    }
    status, page = site.get("production", "/", vision.HOSTS["production"])
    assert status == 200
    assert "Vision" in page


def test_where_no_data_set_is_built_in_the_journey_is_skipped_and_no_pass(site: Site) -> None:
    """R113, R157: staging has samples, production lives from uploads."""
    assert _gone(site, "built-in-data-sets", "staging") == "passed"
    assert _gone(site, "built-in-data-sets", "production", good=(0, 1)) == "skipped"


def test_the_first_administrator_is_made_once_with_a_generated_password(site: Site) -> None:
    """R088: declared, run once in each environment, audited; its password logs in."""
    entries = site.shipway("audit")["entries"]
    once = [
        (item["environment"], item["details"]["job"])
        for item in entries
        if item["action"] == "job-once"
    ]
    assert sorted(once) == [
        ("production", "first-administrator"),
        ("staging", "first-administrator"),
    ]
    assert site.secret("ADMIN_PASSWORD", "staging") != site.secret("ADMIN_PASSWORD", "production")
    assert _gone(site, "first-administrator", "production") == "passed"


def test_a_token_is_good_for_an_hour_and_only_if_it_was_signed_here(site: Site) -> None:
    """R141: none, a bad signature, an expired one: 401; a good one: 200.

    R213, the half of this system: exp - iat is an hour.
    """
    token = vision.log_in(site, "production")
    claims = _claims(token)
    assert claims["exp"] - claims["iat"] == HOUR_S
    key = site.secret("JWT_SECRET", "production")
    now = int(time.time())
    expired = {**claims, "iat": now - 2 * HOUR_S, "exp": now - HOUR_S}
    assert _status(site, None) == 401
    assert _status(site, _signed(claims, "another key" * 4)) == 401
    assert _status(site, _signed(expired, key)) == 401
    assert _status(site, vision.log_in(site, "staging")) == 401
    assert _status(site, _signed(claims, key)) == 200
    assert _status(site, token) == 200


def test_variables_are_made_injected_and_asked_for_as_the_contract_says(site: Site) -> None:
    """R043: addresses of stores are composed, secrets generated, the provider's key conditional."""
    told = site.shipway("env", "list", "production")
    origins = {item["key"]: item["origin"] for item in told["variables"]}
    for name in ("DATABASE_URL", "REDIS_URL", "CORS_ORIGINS"):
        assert "derived" in json.dumps(origins[name]), origins[name]
    inside = site.inside("backend", "production", "printenv", "CORS_ORIGINS", "DATASETS_PATH")
    assert inside.split() == [
        f"http://{vision.HOSTS['production']}:{site.ports['production']}",
        "/app/uploads/shared",
    ]


def test_vision_goes_forward_under_load_and_back_within_the_documents_figures(
    site: Site, account: Account, record_property: Callable[[str, object], None]
) -> None:
    """R190 R191 R192 R193 R194 R198.  R114: the volumes of uploads and outputs are saved."""
    course.forward_and_back(site, account)
    saved = json.dumps(site.shipway("backup", "list", "production"))
    assert "uploads" in saved
    assert "outputs" in saved
    course.take_down(site)
    record_property("figure", account.line)
    assert account.broken() == []


def _gone(site: Site, journey: str, environment: str, good: tuple[int, ...] = (0,)) -> str:
    told = site.shipway("journey", "run", journey, environment, good=good)
    return str(told["result"]["verdict"])


def _status(site: Site, token: str | None) -> int:
    request = urllib.request.Request(
        f"http://127.0.0.1:{site.ports['production']}/api/v1/auth/me",
        headers={
            "Host": vision.HOSTS["production"],
            **({"Authorization": f"Bearer {token}"} if token else {}),
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert isinstance(claims, dict)
    return claims


def _signed(claims: dict[str, Any], key: str) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, claims)
    text = ".".join(_encoded(json.dumps(part).encode()) for part in parts)
    return f"{text}.{_encoded(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest())}"


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
