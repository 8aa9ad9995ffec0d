"""The course that each example goes: git, staging, production, forward under load, and back.

It opens with the two halves that read as its story.  All that a person would type is typed;
nothing is asked of the daemon that a person could not see.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shipway.demo.load import LoadPlan, LoadResult, RunningLoad, start_load
from shipway.spec import load_spec
from shipway.spec.contract.rules import makings
from tests.support.running import eventually
from tests.systems.account import Account
from tests.systems.facts import Load
from tests.systems.site import ENVIRONMENTS, Rolled, Site

LOAD_S = 900.0
ANSWER_S = 30.0
CHANGED_S = 20.0


def to_production(site: Site, account: Account) -> None:
    """Bring the first version to staging, look at it, and promote it."""
    _tell_secrets(site)
    first = site.roll("deploy", "staging")
    account.deploy_s = first.seconds
    _note_health(account, first)
    account.services = _expected_services(site, "staging")
    _look_at_staging(site, account)
    site.roll("promote")
    _expected_services(site, "production")
    _is_the_same(site)
    told = site.shipway("check", "production", "--quick", good=(0, 1))
    _note_outcomes(account, "production", told["checks"])
    _only_excused(site, told)
    if site.system.ready is not None:
        site.system.ready(site)


def forward_and_back(site: Site, account: Account) -> None:
    """Promote a second version under load, go back, save the data and rehearse its return."""
    with _load(site, account):
        site.repository.change()
        second = site.roll("deploy", "staging")
        account.redeploy_s = second.seconds
        account.rebuild_s = second.steps["build"]
        _note_health(account, second)
        site.shipway("check", "staging", "--quick")
        _await_version(site, second=False)
        promoted = site.roll("promote")
        account.promote_s = promoted.seconds
        assert promoted.release == second.release
        _await_version(site, second=True)
        _is_the_same(site)
        back = site.roll("rollback")
        account.rollback_s = back.seconds
        _await_version(site, second=False)
    _expected_services(site, "production")
    _save_and_rehearse(site, account)
    _room_is_kept(site)


def take_down(site: Site) -> None:
    """Destroy both environments with their data; nothing of them is left."""
    for environment in ENVIRONMENTS:
        site.shipway("destroy", environment, "--data", "--yes")
        view = site.environment(environment)
        assert view["instances"] == [], view["instances"]
        assert view["live"] is None, view["live"]


def _tell_secrets(site: Site) -> None:
    if site.system.prepare is not None:
        site.system.prepare(site)
    generated = makings(load_spec(site.repository.directory).contract)
    for environment in ENVIRONMENTS:
        if typed := site.system.secrets.get(environment):
            site.take_over(typed, environment)
        if generated:
            site.shipway("secret", "generate", "--missing", "-e", environment)


def _note_health(account: Account, rolled: Rolled) -> None:
    account.health_s = max(account.health_s, rolled.steps.get("healthy", 0.0))


def _expected_services(site: Site, environment: str) -> int:
    view = site.environment(environment)
    assert view["good"], view
    running = {item["service"] for item in view["instances"] if item["state"] == "running"}
    missing = set(site.system.services) - running
    assert not missing, f"{environment}: {', '.join(sorted(missing))} does not run"
    return len(running)


def _look_at_staging(site: Site, account: Account) -> None:
    """Run the whole checklist with its journeys; only what is excused may fail."""
    told = site.shipway("check", "staging", good=(0, 1))
    _note_outcomes(account, "staging", told["checks"])
    _only_excused(site, told)
    journeys = [item for item in told["checks"] if item["id"].startswith("journey.")]
    checks = [item for item in told["checks"] if not item["id"].startswith("journey.")]
    account.journeys = tuple(item["id"] for item in journeys if item["result"] == "passed")
    account.journeys_skipped = tuple(
        item["id"] for item in journeys if item["result"] == "not checked"
    )
    account.checks = {
        result: sum(item["result"] == result for item in checks)
        for result in ("passed", "failed", "not checked")
    }
    failed = [item["id"] for item in journeys if item["result"] == "failed"]
    assert not failed, failed


def _note_outcomes(account: Account, environment: str, checks: list[dict[str, Any]]) -> None:
    account.outcomes |= {f"{environment} {item['id']}": item["result"] for item in checks}


def _only_excused(site: Site, told: dict[str, Any]) -> None:
    unexcused = set(told["stops"]) - set(site.system.excused)
    wrong = [item for item in told["checks"] if item["id"] in unexcused]
    assert not wrong, "\n".join(f"{one['id']}: {_why(one)}" for one in wrong)


def _why(outcome: dict[str, Any]) -> str:
    return " | ".join(words["en"] for words in (*outcome["wrong"], outcome["says"]))


def _is_the_same(site: Site) -> None:
    """R196: both environments run the same artifacts, and differ in what they may only."""
    told = site.shipway("diff", "staging", "production")
    assert told["old"]["release"] == told["new"]["release"], told
    live = [site.environment(name)["live"] for name in ENVIRONMENTS]
    assert live[0]["artifacts"] == live[1]["artifacts"], live
    declared, system = _may_differ(site), site.system
    strange = [
        text
        for text in told["differences"]
        if not _is_allowed(text, declared) and not any(name in text for name in system.differs)
    ]
    assert not strange, strange


def _may_differ(site: Site) -> set[str]:
    """Return the variables that shipway.yaml declares for each environment by itself."""
    spec = load_spec(site.repository.directory)
    own = {
        rule.name
        for rule in spec.contract.values()
        if rule.is_secret or rule.derive is not None or rule.making is not None
    }
    for name in ENVIRONMENTS:
        own |= set(spec.environment(name).variables)
    return own


def _is_allowed(text: str, declared: set[str]) -> bool:
    """Return whether a difference is one of address, of journeys, or of a declared variable."""
    return text.startswith(("address ", "journey ")) or any(
        f"variable {name} " in text for name in declared
    )


@contextmanager
def _load(site: Site, account: Account) -> Iterator[None]:
    """Keep a constant load on production, and take its account into ours."""
    running = [start_load(_plan(site, load)) for load in site.system.loads]
    try:
        eventually("the load is answered", lambda: _all_answered(site, running), ANSWER_S)
        yield
    finally:
        results = [one.stop() for one in running]
        for result in results:
            _add(account, result)


def _all_answered(site: Site, running: list[RunningLoad]) -> bool:
    """Return whether each load has gone on for a while: a slow one is not waited for as long."""
    return all(
        one.snapshot().requests_total > min(10.0, 2 * load.rate)
        for one, load in zip(running, site.system.loads, strict=True)
    )


def _plan(site: Site, load: Load) -> LoadPlan:
    headers = dict(load.headers(site)) if load.headers else {}
    if load.host is not None:
        headers["Host"] = load.host
    return LoadPlan(
        base=f"http://127.0.0.1:{site.ports['production']}",
        rate=load.rate,
        paths=load.paths,
        post_path=load.post_path,
        posts=load.posts,
        post_share=load.post_share,
        slow_every_s=0,
        websockets=load.websockets if load.websocket_path else 0,
        websocket_path=load.websocket_path or "/",
        connections=6,
        seconds=LOAD_S,
        timeout_s=ANSWER_S,
        headers=headers,
    )


def _add(account: Account, result: LoadResult) -> None:
    account.requests += result.requests_total
    account.failed += result.requests_failed
    account.failing_s += sum(1 for _good, bad in result.per_second if bad)
    account.sockets += result.websockets_opened
    account.sockets_cut += result.websockets_cut_early
    first = [f"{item.method} {item.path}: {item.reason}" for item in result.examples[:5]]
    account.failures = {**account.failures, **result.failures, **dict.fromkeys(first, 1)}


def _await_version(site: Site, *, second: bool) -> None:
    change = site.system.change

    def answers() -> bool:
        status, body = site.get("production", change.asked, change.host)
        text = body if isinstance(body, str) else _flat(body)
        return status == 200 and (change.answers in text) is second

    eventually(f"production answers as version {2 if second else 1} does", answers, CHANGED_S)


def _flat(body: object) -> str:
    import json

    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _save_and_rehearse(site: Site, account: Account) -> None:
    run = site.shipway("backup", "create", "production")
    assert run["state"] == "succeeded", run
    began = time.monotonic()
    if not site.system.drill:
        proved = site.shipway("backup", "verify", "production")
        assert proved["state"] == "succeeded", proved
    else:
        drills = site.shipway("backup", "drill", "production")["drills"]
        assert drills, "nothing was rehearsed"
        assert all(item["passed"] for item in drills), drills
    account.drill_s = time.monotonic() - began


def _room_is_kept(site: Site) -> None:
    """R197: below the floor room was made; the way back and the volumes are still there."""
    view = site.environment("production")
    assert view["kept"], "production has nothing to go back or forward to"
