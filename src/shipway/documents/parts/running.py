"""How it is deployed, rolled back and watched: the commands and what they cover."""

from __future__ import annotations

from shipway.documents.blocks import Code, Items, Section, Table, Text, code, plain
from shipway.documents.facts import Facts
from shipway.documents.parts.tables import address, environment_name, release
from shipway.documents.speaking import Speaker


def commands(say: Speaker) -> Section:
    """Return the commands from git to production."""
    lines = [
        say.say("# the commit that is checked out, to staging", "# 현재 커밋을 스테이징에 배포"),
        "shipway deploy",
        say.say("# the checklist against what runs", "# 실행 중인 환경에 대해 체크리스트 실행"),
        "shipway check staging",
        say.say(
            "# staging's release to production, nothing is rebuilt",
            "# 스테이징의 릴리스를 프로덕션으로 승격 (재빌드 없음)",
        ),
        "shipway promote",
        say.say("# how everything is, and what instances say", "# 상태와 로그 확인"),
        "shipway status",
        "shipway logs -f",
    ]
    return Section(say.say("Commands", "배포 명령어"), (Code("\n".join(lines)),))


def rollback(facts: Facts, say: Speaker) -> Section:
    """Return how to go back, to what, and what that covers."""
    main = facts.main
    back = main.previous if main else None
    target = Text(
        say.say("Rolls back to: ", "롤백 대상: ") + release(back, say)
        if back
        else say.say(
            "There is no earlier release to go back to yet.",
            "아직 되돌아갈 이전 릴리스가 없습니다.",
        )
    )
    lines = [
        say.say("# the earlier release, with its configuration", "# 이전 릴리스로, 설정까지 함께"),
        "shipway rollback production",
        say.say("# to a chosen one", "# 특정 릴리스로"),
        "shipway rollback production --to r41",
        say.say(
            "# with the data of the moment before its migration",
            "# 마이그레이션 직전 시점의 데이터까지",
        ),
        "shipway rollback production --with-data",
    ]
    covers = Table(
        (say.say("What", "대상"), say.say("Rolled back", "롤백 여부")),
        (
            (
                say.say("artifacts (images, code)", "산출물 (이미지, 코드)"),
                say.say("yes, without a build", "예, 재빌드 없음"),
            ),
            (
                say.say("configuration and secrets of the release", "릴리스의 설정과 비밀 값"),
                say.say("yes", "예"),
            ),
            (
                say.say("database and other data", "데이터베이스와 기타 데이터"),
                say.say("only with --with-data", "--with-data 사용 시에만"),
            ),
            (
                say.say("what was sent to others (mails, payments)", "외부로 나간 것 (메일, 결제)"),
                say.say("no", "아니오"),
            ),
        ),
    )
    kept = say.say(
        f"{facts.releases_kept} earlier releases are kept for it.",
        f"이전 릴리스 {facts.releases_kept}개를 보관합니다.",
    )
    return Section(
        say.say("Rollback", "롤백 계획"), (target, Text(kept), Code("\n".join(lines)), covers)
    )


def monitoring(facts: Facts, say: Speaker) -> Section:
    """Return what is looked at where."""
    rows = [
        (
            say.say("Health", "헬스 체크") + f" ({environment_name(environment.name, say)})",
            "HTTP GET",
            code(address(environment).rstrip("/") + path),
        )
        for environment in facts.environments
        for path in environment.health
    ]
    rows += [
        (say.say("Indicators", "지표"), say.say("command", "명령"), code("shipway indicators")),
        (say.say("Incidents", "장애 알림"), say.say("command", "명령"), code("shipway incidents")),
        (say.say("Logs", "로그"), say.say("command", "명령"), code("shipway logs -f")),
        (
            say.say("Dashboard", "대시보드"),
            say.say("browser", "브라우저"),
            code("shipway dashboard"),
        ),
    ]
    return Section(
        say.say("Monitoring", "모니터링"),
        (
            Table(
                (say.say("What", "항목"), say.say("How", "방법"), say.say("Where", "경로")),
                tuple(rows),
            ),
        ),
    )


def indicators(facts: Facts, say: Speaker) -> Section:
    """Return the indicators with target, alarm and present value."""
    return Section(
        say.say("Indicators", "핵심 모니터링 지표"),
        (
            Table(
                (
                    say.say("Indicator", "지표"),
                    say.say("Target", "임계치"),
                    say.say("Alarm", "알람 조건"),
                    say.say("Severity", "등급"),
                    say.say("Now", "현재 값"),
                ),
                tuple(
                    (
                        plain(say.words(one.title)),
                        plain(one.target),
                        plain(one.alarm),
                        plain(say.words(one.level)),
                        plain(one.value)
                        or say.say("not measured: ", "측정 불가: ") + plain(one.unknown),
                    )
                    for one in facts.indicators
                ),
                empty=say.say("Nothing is measured yet.", "아직 측정된 지표가 없습니다."),
            ),
        ),
    )


def environments(facts: Facts, say: Speaker) -> Table:
    """Return the environments: where, on what, which release."""
    return Table(
        (
            say.say("Environment", "환경"),
            say.say("Address", "주소"),
            say.say("Engine", "엔진"),
            say.say("Live release", "현재 릴리스"),
            say.say("Since", "적용 시각"),
        ),
        tuple(
            (
                environment_name(one.name, say),
                plain(address(one)),
                plain(one.engine) or "–",
                release(one.live, say),
                say.moment(one.live.at if one.live else None),
            )
            for one in facts.environments
        ),
        empty=say.say("No environment is declared.", "선언된 환경이 없습니다."),
    )


def problems(facts: Facts) -> Items:
    """Return what stands in the way of writing of an environment."""
    return Items(
        tuple(
            f"{plain(one.name)}: {plain(one.problem)}" for one in facts.environments if one.problem
        )
    )
