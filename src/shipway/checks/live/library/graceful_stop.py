"""R134: told to stop, a service ends by itself in time, with exit code 0."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from shipway.checks.live.kit import WARNING, Live, Seen, Words, live, nothing
from shipway.checks.live.library.celery_workers import application_of
from shipway.journeys.target import Target
from shipway.model.application import Probe, Service
from shipway.model.workload import Instance, InstanceState, Priority, Role, Workload

BOOT_S = 30.0
SETTLE_S = 2.0
CELERY_SETTLE_S = 8.0
"""What no probe asks has so long to install its signal handlers."""
PAUSE_S = 0.05
AT_ONCE = 2
"""Further instances beside those that serve: two find room where the next release does."""


@live(
    "live.graceful-stop",
    WARNING,
    serves=("R134",),
    thorough=True,
    title=Words(
        "SIGTERM ends every service with exit code 0 in time",
        "SIGTERM을 받으면 제한 시간 안에 종료 코드 0으로 끝납니다",
    ),
    fix=Words(
        "handle SIGTERM, and start the program itself: exec form, no shell in between",
        "SIGTERM을 처리하고, 셸을 거치지 않는 exec 형식 CMD로 실행하세요",
    ),
)
def look(seen: Live) -> Seen:
    """Start one further instance of each service, tell it to stop, and see how it ends."""
    wanted = [item for item in seen.own if item.role is not Role.SINGLETON]
    if not wanted:
        raise nothing("no service of the application runs", "실행 중인 서비스가 없습니다")
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="graceful-stop") as pool:
        found = list(pool.map(lambda service: _stopped(seen, service), wanted))
    figures = {service.name: took for service, (took, _) in zip(wanted, found, strict=True)}
    return Seen(
        says=Words(
            ", ".join(f"{name} in {took:.1f} s" for name, took in figures.items()),
            ", ".join(f"{name} {took:.1f}초" for name, took in figures.items()),
        ),
        wrong=tuple(problem for _, problem in found if problem),
        figures=figures,
    )


def _stopped(seen: Live, service: Service) -> tuple[float, Words | None]:
    with seen.throwaway(service) as workload:
        return _stop(seen, service, workload)


def _stop(seen: Live, service: Service, workload: Workload) -> tuple[float, Words | None]:
    seen.scene.engine.start(workload, priority=Priority.BACKGROUND)
    began = time.monotonic()
    ready = booted(seen, service, workload)
    if ready is None:
        return 0.0, Words(
            f"{service.name}: a further instance does not start",
            f"{service.name}: 추가 인스턴스가 뜨지 않습니다",
        )
    seen.boots_s[service.name] = time.monotonic() - began
    began = time.monotonic()
    seen.scene.engine.stop([ready])
    took = time.monotonic() - began
    ended = seen.of(workload)
    code = ended.exit_code if ended else None
    if code == 0:
        return took, None
    late = took >= service.stop_grace_s
    return took, Words(
        f"{service.name} ended with exit code {code} after {took:.1f} s"
        + (f": killed, its {service.stop_grace_s:g} s were over" if late else ""),
        f"{service.name}: {took:.1f}초 뒤 종료 코드 {code}"
        + (f" (제한 {service.stop_grace_s:g}초를 넘겨 강제 종료)" if late else ""),
    )


def booted(
    seen: Live, service: Service, workload: Workload, within_s: float = BOOT_S
) -> Instance | None:
    """Return the throw-away instance once it is up; None where it ends or never answers."""
    began = time.monotonic()
    while time.monotonic() - began < within_s:
        instance = seen.of(workload)
        if instance is None or instance.state is InstanceState.EXITED or instance.restarts:
            return None
        up = instance.state is InstanceState.RUNNING and instance.address is not None
        if up and _is_up(seen, service, instance):
            return instance
        time.sleep(PAUSE_S)
    return None


def _is_up(seen: Live, service: Service, instance: Instance) -> bool:
    if service.port is None or service.probe is None:
        started = instance.started_at or time.time()
        settle_s = CELERY_SETTLE_S if application_of(service) else SETTLE_S
        return time.time() - started > max(settle_s, seen.app.policy.settle_s)
    door = Target(address=str(instance.address), port=service.port, host=service.probe.host)
    probe = service.probe or Probe()
    answers = (seen.ask(path, target=door).status for path in probe.paths)
    return any(status is not None and status < 400 for status in answers)
