"""The last checklist: before, at and after a deployment; and what must be there for operations.

Every box rests on evidence: a check that looked, a value that is set, a rollout that was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shipway.documents.blocks import Box, Boxes, Section, code
from shipway.documents.facts import CheckFacts, Facts
from shipway.documents.parts.boxes import box
from shipway.documents.parts.recovery import drill_text
from shipway.documents.parts.tables import environment_name, release
from shipway.documents.speaking import Speaker
from shipway.model.evidence import Result
from shipway.model.words import plural


def final_checklist(facts: Facts, say: Speaker) -> Section:
    """Return the checklist of the deployment itself, in its three steps."""
    return Section(
        say.say("Final checklist", "배포 전 최종 체크리스트"),
        (
            Section(say.say("Before", "사전 준비"), (Boxes(tuple(_before(facts, say))),)),
            Section(say.say("While deploying", "배포 시"), (Boxes(tuple(_during(facts, say))),)),
            Section(
                say.say("Afterwards", "배포 후"),
                (
                    Boxes(
                        tuple(box(one, say) for one in _after(facts)),
                        empty=say.say("Nothing was looked at yet.", "아직 확인된 항목이 없습니다."),
                    ),
                ),
            ),
        ),
    )


def backup_boxes(facts: Facts, say: Speaker) -> Boxes:
    """Return whether backups are made, were restored, and cover a migration."""
    known, newest = facts.recovery, [one.newest_at for one in facts.backups if one.newest_at]
    databases = [one for one in facts.backups if one.to_a_moment]
    failed = any(one.drill_failed for one in facts.backups)
    return Boxes(
        (
            _box(
                say.say("Backups are made by themselves", "백업 전략 수립: 정기 백업"),
                True if known.scheduled and newest else None,
                say.say("newest: ", "최근 백업: ") + say.moment(max(newest, default=None)),
            ),
            _box(
                say.say("A restore was rehearsed", "백업 복원 테스트 수행"),
                False if failed else True if known.drilled_at else None,
                drill_text(facts, say),
            ),
            _box(
                say.say("A migration can be taken back", "마이그레이션 롤백 계획"),
                True if any(one.restorable_at for one in databases) else None,
                say.say(
                    "a restore point before each migration; `shipway rollback --with-data`",
                    "마이그레이션 직전 복원 지점; `shipway rollback --with-data`",
                ),
            ),
        )
    )


def monitoring_boxes(facts: Facts, say: Speaker) -> Boxes:
    """Return whether health, logs, errors and resources are watched."""
    main = facts.main
    live = facts.live and main is not None and main.live is not None
    measured = [one for one in facts.indicators if one.value]
    told = sorted({name for level in facts.levels for name in level.channels})
    watched = live and bool(measured)
    return Boxes(
        (
            _box(
                say.say("Health is watched", "Health Check 모니터링"),
                True if watched else None,
                ", ".join(code(path) for path in (main.health if main else ()))
                or say.say("instances and their answers", "인스턴스와 응답 상태"),
            ),
            _box(
                say.say("Logs are kept", "로그 수집"),
                True if live else None,
                code("shipway logs --search TEXT --since 2h"),
            ),
            _box(
                say.say("Somebody is told of errors", "에러 알림"),
                True if told else None,
                ", ".join(told) or say.say("no channel: `notify:`", "알림 채널 없음: `notify:`"),
            ),
            _box(
                say.say(
                    "CPU, memory and disk are measured", "리소스 모니터링 (CPU, 메모리, 디스크)"
                ),
                True if watched else None,
                code("shipway indicators"),
            ),
        )
    )


def performance_boxes(facts: Facts, say: Speaker) -> Boxes:
    """Return what the checks know of limits, caches and workers."""
    wanted = (
        "compose.memory-limit-missing",
        "compose.worker-grace",
        "images.cache-order",
        "compose.evicting-broker",
        "proxy.rate-limit",
        "live.rate-limit",
        "live.celery",
    )
    return Boxes(
        tuple(box(one, say) for one in _named(facts, wanted)),
        empty=say.say("Nothing was looked at.", "확인된 항목이 없습니다."),
    )


def _before(facts: Facts, say: Speaker) -> Iterator[Box]:
    missing = [one.name for one in facts.variables if one.missing_in]
    needed = [one for one in facts.variables if one.required == "always"]
    all_set = all(one.set_in for one in needed)
    yield _box(
        say.say("Every variable is set", "모든 환경 변수 설정 완료"),
        False if missing else True if facts.live and all_set else None,
        ", ".join(code(name) for name in missing) or code("shipway env check"),
    )
    deployed = facts.figure("deploy")
    yield _box(
        say.say("The images build", "이미지 빌드 테스트"),
        True if deployed else None,
        say.say(f"built {plural(deployed.count, 'time')}", f"{deployed.count}회 빌드 성공")
        + f", {say.moment(deployed.at)}"
        if deployed
        else code("shipway deploy"),
    )
    staging = facts.environment("staging")
    live = staging.live if staging is not None else None
    yield _box(
        say.say("The whole runs in staging", "전체 스택 테스트 (스테이징)"),
        True if live else None,
        release(live, say),
    )
    for one in _named(facts, ("live.health-body",)):
        yield box(one, say)


def _during(facts: Facts, say: Speaker) -> Iterator[Box]:
    main = facts.main
    live = main.live if main is not None else None
    where = environment_name(main.name, say) if main is not None else "–"
    yield _box(
        say.say(f"Promoted to {where}", f"{where}에 승격"),
        True if live else None,
        f"{release(live, say)}, {say.moment(live.at)}" if live else code("shipway promote"),
    )
    services = [one for one in (main.services if main else ()) if one.role != "job"]
    known = [one for one in services if one.running is not None]
    down = [one.name for one in known if (one.running or 0) < one.wanted]
    yield _box(
        say.say("Every service runs", "서비스 상태 확인"),
        (not down) if known else None,
        ", ".join(down) or code("shipway status"),
    )
    yield Box(
        say.say("The logs were read", "로그 확인"), Result.NOT_CHECKED, code("shipway logs -f")
    )
    for one in _named(facts, ("live.replicas",)):
        yield box(one, say)


def _after(facts: Facts) -> Iterable[CheckFacts]:
    named = ("live.health-body", "live.websocket", "live.celery", "live.migrations")
    return (
        *_named(facts, named),
        *(one for one in facts.checks if one.id.startswith("journey.")),
    )


def _named(facts: Facts, wanted: Iterable[str]) -> list[CheckFacts]:
    return [one for name in wanted for one in facts.checks if one.id == name]


def _box(title: str, good: bool | None, evidence: str) -> Box:  # noqa: FBT001 - one of three states
    state = {True: Result.PASSED, False: Result.FAILED, None: Result.NOT_CHECKED}[good]
    return Box(title, state, evidence)
