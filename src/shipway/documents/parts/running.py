"""How it is deployed, rolled back and watched: the commands and what they cover."""

from __future__ import annotations

from collections.abc import Iterator

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
    covers = Table(
        (
            say.say("What", "대상"),
            say.say("Rolled back", "롤백 여부"),
            say.say("How", "방법"),
        ),
        tuple(_covers(facts, say)),
    )
    kept = say.say(
        f"{facts.releases_kept} earlier releases are kept for it.",
        f"이전 릴리스 {facts.releases_kept}개를 보관합니다.",
    )
    return Section(
        say.say("Rollback", "롤백 계획"), (target, Text(kept), Code(rollback_commands(say)), covers)
    )


def rollback_commands(say: Speaker) -> str:
    """Return the commands that bring an earlier release back."""
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
    return "\n".join(lines)


def _covers(facts: Facts, say: Speaker) -> Iterator[tuple[str, str, str]]:
    """Yield what a rollback brings back and what it does not."""
    main = facts.main
    data = main.data if main is not None else ()
    jobs = main.jobs if main is not None else ()
    yield (
        say.say("artifacts (images, code)", "산출물 (이미지, 코드)"),
        say.say("yes", "예"),
        say.say("the same digests, without a build", "동일 다이제스트, 재빌드 없음"),
    )
    yield (
        say.say("configuration and secrets of the release", "릴리스의 설정과 비밀 값"),
        say.say("yes", "예"),
        say.say("as they were rendered for it", "해당 릴리스 당시 값 그대로"),
    )
    if jobs:
        yield (
            say.say("migrations", "마이그레이션")
            + f" ({', '.join(plain(name) for name, _argv in jobs)})",
            say.say("no: they stay applied", "아니오: 적용된 상태 유지"),
            say.say(
                "`--with-data` goes back to the restore point before them",
                "`--with-data`로 실행 직전 복원 지점까지 되돌림",
            ),
        )
    databases = {one.subject for one in facts.backups if one.to_a_moment}
    for name in data:
        yield (
            say.say(f"data of {plain(name)}", f"{plain(name)}의 데이터"),
            say.say("no, only with --with-data", "아니오, --with-data 사용 시에만")
            if name in databases
            else say.say("no", "아니오"),
            "`shipway backup restore production --at TIME`"
            if name in databases
            else f"`shipway backup restore production --of {name}`",
        )
    if not data:
        yield (say.say("data", "데이터"), "–", say.say("it holds none", "보관하는 데이터 없음"))
    yield (
        say.say("what was sent to others (mails, payments)", "외부로 나간 것 (메일, 결제)"),
        say.say("no", "아니오"),
        "–",
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
                release(one.live, say)
                + (say.say("; the files say otherwise", "; 파일과 다름") if one.drifted else ""),
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
