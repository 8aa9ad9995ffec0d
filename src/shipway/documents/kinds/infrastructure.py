"""The infrastructure document: services, variables, backup, monitoring, CI/CD, tools."""

from __future__ import annotations

from shipway.documents.blocks import Document, Section, Table, plain
from shipway.documents.facts import Facts
from shipway.documents.kinds.head import document
from shipway.documents.parts import (
    approvals,
    contract,
    declared,
    diagram,
    ports,
    recovery,
    running,
    services,
    watching,
)
from shipway.documents.parts.tables import environment_name
from shipway.documents.speaking import Speaker
from shipway.model.words import plural


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
                say.say(
                    f"Compose ({plural(count, 'service')})", f"Docker Compose 구성 ({count} 서비스)"
                ),
                (
                    services.services(main, say),
                    diagram.architecture(facts, say),
                    ports.port_table(facts, say),
                    services.routes(facts, say),
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
                    watching.indicators(facts, say),
                    watching.severities(facts, say),
                    watching.incidents(facts, say),
                ),
            ),
            Section(
                say.say("CI/CD", "CI/CD 파이프라인"),
                (approvals.pipeline_checks(facts, say), approvals.strategy(facts, say)),
            ),
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
