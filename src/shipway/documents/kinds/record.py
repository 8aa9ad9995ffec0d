"""The decision record: problem, goals, decisions, requirements, figures, changed files."""

from __future__ import annotations

from shipway.documents.blocks import Document, Section, Table, code
from shipway.documents.facts import Facts
from shipway.documents.kinds.head import document
from shipway.documents.parts import contract, declared, running, targets
from shipway.documents.parts.tables import environment_name, names
from shipway.documents.speaking import Speaker


def record(facts: Facts, say: Speaker) -> Document:
    """Return the decision record."""
    about = facts.about
    return document(
        facts,
        say,
        en="PRD: the way it is deployed",
        ko="PRD: 배포 환경",
        sections=(
            Section(
                say.say("Overview", "개요"),
                (
                    declared.sentences(say.say("Problems", "문제 정의"), about.problems, say),
                    declared.sentences(say.say("Goals", "목표"), about.goals, say),
                ),
            ),
            declared.decisions(facts, say),
            declared.requirements(
                facts,
                say,
                kind="functional",
                title=say.say("Functional requirements", "기능 요구사항"),
            ),
            declared.requirements(
                facts, say, kind="quality", title=say.say("Other requirements", "비기능 요구사항")
            ),
            declared.sentences(
                say.say("Out of scope", "범위 외 (Out of Scope)"), about.out_of_scope, say
            ),
            Section(say.say("Measures of success", "성공 지표"), (targets.targets(facts, say),)),
            Section(
                say.say("Environments as they are", "환경 구성"),
                (running.environments(facts, say),),
            ),
            _layers(facts, say),
            _process(facts, say),
            declared.changed_files(facts, say),
        ),
    )


def _layers(facts: Facts, say: Speaker) -> Section:
    files = Table(
        (say.say("Environment", "환경"), say.say("Services", "서비스")),
        tuple(
            (environment_name(one.name, say), names(tuple(item.name for item in one.services)))
            for one in facts.environments
        ),
    )
    return Section(
        say.say("Compose and variables", "Docker Compose와 환경변수 구조"),
        (
            Table(
                (say.say("File", "파일"),),
                tuple((code(one),) for one in facts.compose_files),
                empty=say.say("No Compose file was read.", "읽은 Compose 파일이 없습니다."),
            ),
            files,
            contract.sources(facts, say),
        ),
    )


def _process(facts: Facts, say: Speaker) -> Section:
    return Section(
        say.say("How it is deployed", "배포 프로세스"),
        (running.commands(say), running.rollback(facts, say)),
    )
