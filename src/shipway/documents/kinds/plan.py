"""The deployment plan: comparison, choice, preparation, phases, verification, next steps."""

from __future__ import annotations

from collections.abc import Iterable

from shipway.documents.blocks import Boxes, Document, Section, Text, plain
from shipway.documents.facts import CheckFacts, Facts
from shipway.documents.kinds.head import document
from shipway.documents.parts import (
    boxes,
    contract,
    costs,
    declared,
    diagram,
    process,
    purpose,
    recovery,
    running,
    services,
)
from shipway.documents.speaking import Speaker
from shipway.model.evidence import Result


def plan(facts: Facts, say: Speaker) -> Document:
    """Return the deployment plan."""
    return document(
        facts,
        say,
        en="deployment plan",
        ko="배포 계획",
        sections=(
            purpose.purpose(facts, say),
            declared.options(facts, say),
            _recommended(facts, say),
            _preparation(facts, say),
            process.phases(facts, say),
            _verification(facts, say),
            process.containers(facts, say),
            costs.costs(facts, say),
            running.rollback(facts, say),
            declared.alternatives(facts, say),
            declared.next_steps(facts, say),
            declared.questions(facts, say),
            _teardown(facts, say),
            purpose.purpose_verdict(facts, say),
            boxes.verdict(facts, say),
        ),
    )


def _recommended(facts: Facts, say: Speaker) -> Section:
    chosen = next((one for one in facts.about.options if one.chosen), None)
    name = plain(chosen.name) if chosen else say.say("this server", "현재 서버")
    return Section(
        say.say(f"Recommended: {name}", f"추천 방안: {name}"),
        (
            diagram.architecture(facts, say),
            services.composition(facts, say),
            running.environments(facts, say),
        ),
    )


def _preparation(facts: Facts, say: Speaker) -> Section:
    """Return what must be changed before: each with file, line and what to write instead."""
    return Section(
        say.say("Preparation", "배포 준비 작업"),
        (
            Section(
                say.say("Dockerfiles and images", "Dockerfile 준비"),
                (_boxes((one for one in facts.checks if one.area == "images"), say),),
            ),
            Section(
                say.say("Configuration files", "설정 파일"),
                (recovery.configuration(facts, say),),
            ),
            contract.contract(facts, say),
            Section(
                say.say("Changes needed before", "코드 수정사항"),
                (
                    _boxes(
                        (
                            one
                            for one in facts.checks
                            if one.state is Result.FAILED
                            and one.area in {"code", "compose", "proxy"}
                        ),
                        say,
                        empty=say.say(
                            "No check asks for a change.", "수정이 필요한 점검 항목이 없습니다."
                        ),
                    ),
                ),
            ),
        ),
    )


def _verification(facts: Facts, say: Speaker) -> Section:
    """Return what was verified on what runs, or is to be."""
    nothing = say.say(
        "Nothing was verified on what runs yet: `shipway check staging`.",
        "아직 실행 환경에서 검증된 항목이 없습니다: `shipway check staging`.",
    )
    return Section(
        say.say("Verification after a deployment", "배포 후 검증 체크리스트"),
        (
            Section(
                say.say("Services", "서비스 확인"),
                (
                    _boxes(
                        (
                            one
                            for one in facts.checks
                            if one.area in {"live", "backup"} and one.environment
                        ),
                        say,
                        empty=nothing,
                    ),
                ),
            ),
            Section(
                say.say("Functions", "기능 검증"),
                (
                    _boxes(
                        (one for one in facts.checks if one.area == "journey"),
                        say,
                        empty=say.say(
                            "No journey is declared (`journeys:`).",
                            "선언된 여정이 없습니다 (`journeys:`).",
                        ),
                    ),
                ),
            ),
        ),
    )


def _teardown(facts: Facts, say: Speaker) -> Section:
    """Return what becomes of it afterwards, and how nothing of it is left."""
    after = facts.about.after
    return Section(
        say.say("Afterwards", "검증 이후"),
        (
            Text(
                plain(after) if after else say.say("It stays in operation.", "운영을 계속합니다.")
            ),
            Text(
                say.say(
                    "An environment goes completely, with its data, by `shipway destroy ENV "
                    "--data`; the Compose files stay, and local development goes on with them.",
                    "환경은 `shipway destroy ENV --data`로 데이터까지 완전히 삭제됩니다. Compose "
                    "파일은 그대로 남아 로컬 개발을 계속할 수 있습니다.",
                )
            ),
        ),
    )


def _boxes(checks: Iterable[CheckFacts], say: Speaker, empty: str = "") -> Boxes:
    found = tuple(boxes.box(one, say) for one in checks)
    return Boxes(found, empty=empty or say.say("None.", "없음."))
