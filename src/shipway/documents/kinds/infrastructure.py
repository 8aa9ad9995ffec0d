"""The infrastructure document: services, variables, backup, monitoring, CI/CD, tools."""

from __future__ import annotations

from shipway.documents.blocks import Document, Section, Table, Text, code, plain
from shipway.documents.facts import EnvironmentFacts, Facts
from shipway.documents.kinds.head import document
from shipway.documents.parts import contract, declared, diagram, ports, recovery, running
from shipway.documents.parts.tables import environment_name, names
from shipway.documents.speaking import Speaker


def infrastructure(facts: Facts, say: Speaker) -> Document:
    """Return the infrastructure document."""
    main = facts.main
    count = len(main.services) if main else 0
    return document(
        facts,
        say,
        en="infrastructure and operations",
        ko="인프라 및 DevOps",
        sections=(
            Section(
                say.say(f"Compose ({count} services)", f"Docker Compose 구성 ({count} 서비스)"),
                (
                    diagram.architecture(facts, say),
                    _services(main, say),
                    ports.port_table(facts, say),
                    _routes(facts, say),
                ),
            ),
            Section(
                say.say("Variables", "환경 변수 관리"),
                (contract.sources(facts, say), contract.contract(facts, say)),
            ),
            recovery.backups(facts, say),
            Section(
                say.say("Monitoring", "모니터링 스택"),
                (
                    running.monitoring(facts, say),
                    _log_levels(facts, say),
                    running.indicators(facts, say),
                ),
            ),
            _pipeline(facts, say),
            Section(
                say.say("Development", "개발 환경 요구사항"),
                (
                    declared.sentences(say.say("Tools", "도구"), facts.about.tools, say),
                    declared.sentences(
                        say.say("Editor extensions", "에디터 추천 확장"),
                        facts.about.extensions,
                        say,
                    ),
                ),
            ),
        ),
    )


def _services(main: EnvironmentFacts | None, say: Speaker) -> Table:
    return Table(
        (
            say.say("Service", "서비스"),
            say.say("Image or build", "이미지 / 빌드"),
            say.say("Role", "역할"),
            say.say("Instances", "인스턴스"),
            say.say("Volumes", "볼륨"),
        ),
        tuple(
            (
                plain(one.name),
                plain(one.runs),
                one.role,
                f"{one.running}/{one.wanted}" if one.running is not None else str(one.wanted),
                names(one.volumes),
            )
            for one in (main.services if main else ())
        ),
        empty=say.say("No service is declared.", "선언된 서비스가 없습니다."),
    )


def _routes(facts: Facts, say: Speaker) -> Section:
    rows = [
        (
            environment_name(environment.name, say),
            plain(route.host or "*"),
            code(route.path),
            plain(route.service),
        )
        for environment in facts.environments
        for route in environment.routes
    ]
    return Section(
        say.say("Routes", "라우팅 설정"),
        (
            Table(
                (
                    say.say("Environment", "환경"),
                    say.say("Host", "호스트"),
                    say.say("Path", "경로"),
                    say.say("Service", "서비스"),
                ),
                tuple(rows),
                empty=say.say("Nothing takes requests.", "요청을 받는 서비스가 없습니다."),
            ),
        ),
    )


def _log_levels(facts: Facts, say: Speaker) -> Section:
    return Section(
        say.say("Log levels", "로그 레벨 전략"),
        (
            Table(
                (say.say("Environment", "환경"), say.say("Level", "레벨")),
                tuple(
                    (environment_name(name, say), plain(level)) for name, level in facts.log_levels
                ),
                empty=say.say("No level is declared.", "선언된 로그 레벨이 없습니다."),
            ),
        ),
    )


def _pipeline(facts: Facts, say: Speaker) -> Section:
    rows = (
        (
            environment_name("staging", say),
            say.say("a push, or `shipway deploy`", "푸시 또는 `shipway deploy`"),
            say.say("none", "불필요"),
        ),
        (
            environment_name("production", say),
            "`shipway promote`",
            say.say("staging's evidence, and a person", "스테이징 검증 증거와 담당자 승인"),
        ),
    )
    pipeline = [one for one in facts.checks if one.area == "pipeline"]
    checked = Text(
        say.say(
            f"{len(pipeline)} checks look at the pipeline's files.",
            f"파이프라인 파일에 대한 점검 {len(pipeline)}건.",
        )
    )
    return Section(
        say.say("CI/CD", "CI/CD 파이프라인"),
        (
            Table(
                (
                    say.say("Environment", "환경"),
                    say.say("Trigger", "트리거"),
                    say.say("Approval", "승인"),
                ),
                rows,
            ),
            checked,
        ),
    )
