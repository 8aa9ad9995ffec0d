"""R038, R059: without a variable that it cannot do without, a service refuses to start."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

from shipway.checks.live.kit import WARNING, Live, Seen, Words, live, nothing
from shipway.checks.live.library.graceful_stop import AT_ONCE, BOOT_S, booted
from shipway.model.application import Service
from shipway.model.workload import Priority, Role
from shipway.spec.secretwords import is_secret
from shipway.spec.values import Spec

PATIENCE = 1.5
SPARE_S = 3.0
FIRST = re.compile(r"^(DATABASE_URL|SECRET_KEY|JWT_SECRET|REDIS_URL)$")


@live(
    "live.refuses-missing",
    WARNING,
    serves=("R038", "R059"),
    thorough=True,
    title=Words(
        "A service refuses to start without a variable that it needs",
        "필수 환경변수가 없으면 서비스가 시작을 거부합니다",
    ),
    fix=Words(
        "read required variables at start, without a default: pydantic Settings does so",
        "필수 변수는 기본값 없이 시작할 때 읽으세요 (pydantic Settings)",
    ),
)
def look(seen: Live) -> Seen:
    """Start one further instance of each web service without one such variable."""
    wanted = [
        (service, variable)
        for service in seen.own
        if service.role is Role.WEB and (variable := needed(service, seen.scene.spec)) is not None
    ]
    if not wanted:
        raise nothing(
            "no service has a variable that it clearly needs",
            "필수로 볼 환경변수를 가진 서비스가 없습니다",
        )
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="refuses-missing") as pool:
        started = list(pool.map(lambda one: _starts(seen, *one), wanted))
    wrong = [
        Words(
            f"{service.name} starts without {variable}",
            f"{service.name}: {variable} 없이도 시작됩니다",
        )
        for (service, variable), up in zip(wanted, started, strict=True)
        if up
    ]
    tried = {service.name: variable for service, variable in wanted}
    shown = ", ".join(f"{name} without {variable}" for name, variable in tried.items())
    return Seen(
        says=Words(f"{shown}: refused", f"{shown}: 시작 거부"), wrong=tuple(wrong), figures=tried
    )


def _starts(seen: Live, service: Service, variable: str) -> bool:
    with seen.throwaway(service, without=frozenset({variable})) as workload:
        seen.scene.engine.start(workload, priority=Priority.BACKGROUND)
        return (
            booted(seen, service, workload, patience_s(seen.boots_s.get(service.name))) is not None
        )


def patience_s(boot_s: float | None) -> float:
    """Return how long an answer is waited for that is not to come.  Pure.

    boot_s: what the service needed with all its variables a moment ago.  Some servers never
    end: their supervisor starts process after process.
    """
    return BOOT_S if boot_s is None else min(BOOT_S, PATIENCE * boot_s + SPARE_S)


def needed(service: Service, spec: Spec | None = None) -> str | None:
    """Return the variable to leave out: one that the contract always requires, if any does.

    Else a store's address before any other secret.
    """
    keys = sorted(service.environment)
    rules = spec.contract.values() if spec is not None else ()
    declared = [
        rule.name
        for rule in rules
        if rule.required.always and rule.name in keys and rule.for_service(service.name)
    ]
    if declared:
        return declared[0]
    first = [key for key in keys if FIRST.match(key)]
    return next(iter([*first, *(key for key in keys if is_secret(key))]), None)
