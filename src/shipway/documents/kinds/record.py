"""The decision record: problem, goals, decisions, requirements, figures, changed files."""

from __future__ import annotations

from shipway.documents.blocks import Code, Document, Section, Table, Text, code
from shipway.documents.facts import Facts
from shipway.documents.kinds.head import document
from shipway.documents.parts import (
    approvals,
    contract,
    declared,
    process,
    registers,
    running,
    targets,
)
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
            registers.left_out(facts, say),
            Section(say.say("Measures of success", "성공 지표"), (targets.targets(facts, say),)),
            Section(
                say.say("As it was, as it is to be, as it is", "현재 구조 vs 변경 목표"),
                (registers.changes(facts, say), running.environments(facts, say)),
            ),
            _folders(facts, say),
            _layers(facts, say),
            _compose(facts, say),
            process.process(facts, say),
            approvals.approvals(facts, say),
            registers.tracked_files(facts, say),
        ),
    )


def _folders(facts: Facts, say: Speaker) -> Section:
    lines = [
        f"{'└──' if at == len(facts.folders) else '├──'} {name}"
        for at, name in enumerate(facts.folders, start=1)
    ]
    return Section(
        say.say("Directories", "디렉토리 구조"),
        (Code("\n".join([f"{facts.project}/", *lines]), language="text"),),
    )


def _layers(facts: Facts, say: Speaker) -> Section:
    return Section(
        say.say("Files of variables", "환경변수 파일 구조"),
        (
            Text(
                say.say(
                    "A later file wins over an earlier one; secrets of the vault win over both.",
                    "뒤의 파일이 앞의 파일보다 우선하며, 비밀 저장소의 값이 가장 우선합니다.",
                )
            ),
            Table(
                (
                    say.say("Environment", "환경"),
                    say.say("Files, lowest first", "파일 (우선순위 낮은 순)"),
                ),
                tuple(
                    (environment_name(one.name, say), ", ".join(map(code, one.layers)) or "–")
                    for one in facts.environments
                ),
            ),
            contract.sources(facts, say),
        ),
    )


def _compose(facts: Facts, say: Speaker) -> Section:
    return Section(
        say.say("Compose files", "Docker Compose 설정"),
        (
            Table(
                (say.say("File", "파일"),),
                tuple((code(one),) for one in facts.compose_files),
                empty=say.say("No Compose file was read.", "읽은 Compose 파일이 없습니다."),
            ),
            Table(
                (say.say("Environment", "환경"), say.say("Services", "서비스")),
                tuple(
                    (
                        environment_name(one.name, say),
                        names(tuple(item.name for item in one.services)),
                    )
                    for one in facts.environments
                ),
            ),
        ),
    )
