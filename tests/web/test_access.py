"""Who may do what: every route of the application against everybody who may not.

A new route needs a line in `shipway/api/access/table.py` (pages: `shipway/web/needs.py`).
"""

from __future__ import annotations

import json
import math
import sqlite3
import time

import pytest

from shipway.api.access.table import Need, Target
from shipway.model.access import Role
from tests.support.browsing import PASSWORD, Browser
from tests.support.running import eventually
from tests.web.conftest import Harbour
from tests.web.routes import NEEDS, address, all_routes

CLOSED = [need for need in NEEDS.needs if need.role is not None]
UNSAFE = [need for need in NEEDS.needs if not need.safe]
JSON = {"Content-Type": "application/json"}


def refused_as_stranger(need: Need, status: int, headers: dict[str, str]) -> bool:
    if need.page:
        return status == 303 and headers.get("location", "").startswith("/login")
    return status == 401


def ask(browser: Browser, need: Need, **headers: str) -> tuple[int, dict[str, str], str]:
    body = None if need.safe else ""
    answer = browser.send(need.method, address(need), body=body, headers=headers)
    return answer.status, answer.headers, answer.text


def test_every_route_has_a_line_in_the_table_and_every_line_a_route() -> None:
    """R099, R100: a route without a line is closed; this says which one to add."""
    assert {(need.method, need.path) for need in NEEDS.needs} == all_routes()


def test_every_route_refuses_a_stranger(harbour: Harbour) -> None:
    browser = harbour.browser()
    for need in CLOSED:
        status, headers, text = ask(browser, need)
        assert refused_as_stranger(need, status, headers), (need, status, text[:200])


def test_every_route_refuses_an_invented_token_and_an_invented_session(harbour: Harbour) -> None:
    browser = harbour.browser()
    browser.cookies["shipway-session"] = "invented"
    for need in CLOSED:
        status, headers, _text = ask(browser, need)
        assert refused_as_stranger(need, status, headers), (need, status)
    bare = harbour.browser()
    for need in CLOSED:
        status, headers, _text = ask(bare, need, Authorization="Bearer shipway_invented")
        assert refused_as_stranger(need, status, headers), (need, status)


def test_every_route_refuses_a_role_that_is_too_small(harbour: Harbour) -> None:
    for name, role in (("vera", Role.VIEWER), ("dean", Role.DEPLOYER)):
        browser = harbour.person(name, role.word)
        extra = {"Origin": harbour.base, "X-CSRF-Token": browser.csrf}
        for need in CLOSED:
            assert need.role is not None
            if need.role <= role:
                continue
            status, _headers, text = ask(browser, need, **extra)
            assert status == 403, (need, status, text[:200])
            assert need.role.word in text or need.target is Target.HERE


def test_every_page_and_every_answer_is_there_for_a_viewer(harbour: Harbour) -> None:
    """What is refused above is refused for the role, not because it is broken."""
    browser = harbour.person("vito", "viewer")
    for need in CLOSED:
        if need.role is not Role.VIEWER or not need.safe or need.target is Target.HERE:
            continue
        where = address(need)
        if need.path.endswith("/graph"):
            where += "?indicator=cpu"
        answer = browser.send("GET", where)
        status = answer.status
        if status == 303:  # a page that leads on, and not to the sign-in
            assert not answer.headers["location"].startswith("/login"), need
            continue
        assert status in {200, 404, 422} if "{" in need.path else status == 200, (need, status)


def test_every_route_refuses_a_token_of_another_project(harbour: Harbour) -> None:
    directory = harbour.app.directory.parent / "other"
    directory.mkdir(exist_ok=True)
    with sqlite3.connect(harbour.shipway.places.database) as state:
        state.execute(
            "INSERT OR IGNORE INTO project (name, directory, created_at) VALUES ('other', ?, 1)",
            (str(directory),),
        )
    state.close()
    if not harbour.shipway.client.get("/tokens")["tokens"]:
        harbour.token("of another project")  # number 1, which the addresses name
    secret = harbour.token("elsewhere", project="other")
    bodies = {"directory": str(harbour.app.directory), "environment": "staging"}
    browser = harbour.browser()
    for need in CLOSED:
        if need.target is Target.OWN:
            continue
        answer = browser.send(
            need.method,
            address(need),
            body=None if need.safe else json.dumps(bodies),
            headers={"Authorization": f"Bearer {secret}", **JSON},
        )
        assert answer.status == 403, (need, answer.status, answer.text[:200])


def test_a_token_of_one_environment_does_not_reach_the_other(harbour: Harbour) -> None:
    secret = harbour.token("staging-only", environment="staging", role="deployer")
    headers = {"Authorization": f"Bearer {secret}", **JSON}
    browser = harbour.browser()
    path = "/api/v1/projects/harbour/environments"
    assert browser.send("GET", f"{path}/staging", headers=headers).status == 200
    assert browser.send("GET", f"{path}/production", headers=headers).status == 403
    for environment, status in (("staging", 200), ("production", 403)):
        body = json.dumps(
            {
                "kind": "rollback",
                "directory": str(harbour.app.directory),
                "environment": environment,
            }
        )
        answer = browser.send("POST", "/api/v1/plans", body=body, headers=headers)
        assert answer.status == status, answer.text


def test_a_token_ends_at_its_date_and_when_it_is_revoked(harbour: Harbour) -> None:
    browser = harbour.browser()

    def status(secret: str) -> int:
        headers = {"Authorization": f"Bearer {secret}"}
        return browser.send("GET", "/api/v1/me", headers=headers).status

    short = harbour.token("short")
    assert status(short) == 200
    with sqlite3.connect(harbour.shipway.places.database) as state:
        state.execute("UPDATE api_token SET created_at = 1, expires_at = 2 WHERE name = 'short'")
    state.close()
    assert status(short) == 401
    secret = harbour.token("revoked")
    number = next(
        item["id"]
        for item in harbour.shipway.client.get("/tokens")["tokens"]
        if item["name"] == "revoked"
    )
    harbour.shipway.client.post(f"/tokens/{number}/revoke")
    assert status(secret) == 401


def test_every_unsafe_route_refuses_a_forged_form(harbour: Harbour) -> None:
    browser = harbour.person("ada", "admin")
    right = {"Origin": harbour.base, "X-CSRF-Token": browser.csrf}
    for need in UNSAFE:
        for wrong in (
            {**right, "X-CSRF-Token": "0" * 64},
            {"Origin": harbour.base},
            {**right, "Origin": "http://evil.example"},
            {**right, "Origin": "null"},
            {"X-CSRF-Token": browser.csrf},
        ):
            status, _headers, text = ask(browser, need, **wrong)
            assert status == 403, (need, wrong, status, text[:200])


@pytest.mark.parametrize(
    "change",
    ["seen_at = seen_at - 13 * 3600", "expires_at = created_at"],
    ids=["idle for too long", "over"],
)
def test_every_route_refuses_a_session_that_is_expired(harbour: Harbour, change: str) -> None:
    name = f"olga{len(change)}"
    browser = harbour.person(name, "admin")
    assert browser.get("/").status == 200
    with sqlite3.connect(harbour.shipway.places.database) as state:
        state.execute(f"UPDATE session SET {change} WHERE user = ?", (name,))  # noqa: S608
    state.close()
    extra = {"Origin": harbour.base, "X-CSRF-Token": browser.csrf}
    for need in CLOSED:
        status, headers, _text = ask(browser, need, **extra)
        assert refused_as_stranger(need, status, headers), (need, status)


def test_other_hosts_names_are_refused(harbour: Harbour) -> None:
    """A page of another site that lets its own name point to us is not answered."""
    browser = harbour.browser()
    assert browser.send("GET", "/login", headers={"Host": "evil.example"}).status == 421
    assert browser.send("GET", "/login", headers={"Host": "localhost:7420"}).status == 200


def test_every_answer_carries_the_headers_that_browsers_heed(harbour: Harbour) -> None:
    answer = harbour.browser().get("/login")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "onclick" not in answer.text
    assert "<style" not in answer.text


def test_cookies_cannot_be_read_by_scripts_nor_sent_by_other_sites(harbour: Harbour) -> None:
    answer = harbour.shipway.client.post("/users/invite", {"role": "viewer", "name": "cora"})
    browser = harbour.browser()
    joined = browser.join(answer["path"], "cora")
    cookie = joined.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_secrets_are_kept_as_hashes_only(harbour: Harbour) -> None:
    browser = harbour.person("hana", "viewer")
    secret = harbour.token("hashed")
    kept = b"".join(
        path.read_bytes()
        for path in harbour.shipway.places.home.glob("state.sqlite*")
        if path.is_file()
    )
    assert browser.cookies["shipway-session"].encode() not in kept
    assert secret.encode() not in kept
    assert b"harbour lights at dawn" not in kept


def test_a_link_works_once(harbour: Harbour) -> None:
    answer = harbour.shipway.client.post("/users/invite", {"role": "viewer"})
    assert harbour.browser().join(answer["path"], "once").status == 303
    again = harbour.browser()
    assert again.get(answer["path"]).status == 410
    again.get("/login")
    fields = {"name": "twice", "password": PASSWORD, "again": PASSWORD}
    assert again.post(answer["path"], fields).status == 410


def test_guessing_is_slowed_down_and_says_nothing_of_names(harbour: Harbour) -> None:
    harbour.person("gina", "viewer")
    browser = harbour.browser()
    known = browser.sign_in("gina", "not the password")
    unknown = browser.sign_in("nobody", "not the password")
    assert known.status == unknown.status == 403
    assert known.text.replace("gina", "nobody") == unknown.text

    def locked() -> bool:
        return browser.sign_in("gina", "not the password").status == 429

    eventually("the name is closed for a while", locked)
    assert browser.sign_in("gina").status == 429


def test_a_wrong_name_takes_as_long_as_a_wrong_password(harbour: Harbour) -> None:
    harbour.person("timo", "viewer")
    browser = harbour.browser()
    spent = {"timo": math.inf, "nobody-else": math.inf}
    for name in (*spent, *spent, *spent):
        began = time.perf_counter()
        browser.sign_in(name, "not the password")
        spent[name] = min(spent[name], time.perf_counter() - began)
    known, unknown = spent.values()
    assert unknown > known / 4, spent  # without the same hash it would be a tenth


def test_a_new_role_and_a_removal_end_the_sessions(harbour: Harbour) -> None:
    browser = harbour.person("rosa", "viewer")
    assert browser.get("/").status == 200
    harbour.shipway.client.post("/users/rosa/role", {"role": "deployer"})
    assert browser.get("/").status == 303
    assert browser.sign_in("rosa").status == 303
    assert browser.get("/").status == 200
    harbour.shipway.client.post("/users/rosa/remove")
    assert browser.get("/").status == 303


def test_what_a_person_does_stands_in_the_audit_trail_under_their_name(harbour: Harbour) -> None:
    """R100: who approved what."""
    browser = harbour.person("paul", "deployer")
    plan = browser.get("/projects/harbour/environments/production/plan/promote")
    expected = plan.text.split('name="expected" value="')[1].split('"')[0]
    answer = browser.post(
        "/projects/harbour/environments/production/rollouts",
        {"kind": "promote", "expected": expected, "source": "staging"},
    )
    assert answer.status == 303, answer.text
    number = int(answer.headers["location"].rpartition("/")[2])
    assert harbour.shipway.finished(number)["state"] == "succeeded"
    entries = harbour.shipway.client.get("/audit")["entries"]
    done = [(item["who"], item["action"]) for item in entries]
    assert ("paul", "promote") in done
    assert ("paul", "join") in done
    stale = browser.post(
        "/projects/harbour/environments/production/rollouts",
        {"kind": "promote", "expected": expected, "source": "staging"},
    )
    assert stale.status in {409, 422}
