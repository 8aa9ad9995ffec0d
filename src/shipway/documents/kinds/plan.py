"""The deployment plan: comparison, choice, preparation, phases, verification, next steps."""

from __future__ import annotations

from shipway.documents.blocks import Block, Boxes, Document, Items, Section, Text, plain
from shipway.documents.facts import Facts
from shipway.documents.kinds.head import document
from shipway.documents.parts import boxes, contract, declared, diagram, running
from shipway.documents.speaking import Speaker
from shipway.model.evidence import Result


def plan(facts: Facts, say: Speaker) -> Document:
    """Return the deployment plan."""
    about = facts.about
    purpose = [
        (say.say("Purpose", "목적"), about.purpose),
        (say.say("Scope", "범위"), about.scope),
        (say.say("Afterwards", "이후"), about.after),
    ]
    intent = tuple(f"**{label}**: {plain(text)}" for label, text in purpose if text)
    opening: tuple[Block, ...] = (
        (Items(intent),)
        if intent
        else (Text(say.say("No purpose is declared.", "선언된 목적이 없습니다.")),)
    )
    return document(
        facts,
        say,
        en="deployment plan",
        ko="배포 계획",
        sections=(
            Section(say.say("Purpose and scope", "목적과 범위"), opening),
            declared.options(facts, say),
            _recommended(facts, say),
            _preparation(facts, say),
            _phases(say),
            _verification(facts, say),
            running.rollback(facts, say),
            declared.next_steps(facts, say),
            declared.questions(facts, say),
            boxes.verdict(facts, say),
        ),
    )


def _recommended(facts: Facts, say: Speaker) -> Section:
    chosen = next((one for one in facts.about.options if one.chosen), None)
    name = plain(chosen.name) if chosen else say.say("this server", "현재 서버")
    return Section(
        say.say(f"Recommended: {name}", f"추천 방안: {name}"),
        (diagram.architecture(facts, say), running.environments(facts, say)),
    )


def _preparation(facts: Facts, say: Speaker) -> Section:
    """Return what must be changed before: the failed checks of code, images and Compose."""
    areas = {"code", "images", "compose", "proxy"}
    failed = [one for one in facts.checks if one.state is Result.FAILED and one.area in areas]
    return Section(
        say.say("Preparation", "배포 준비 작업"),
        (
            Section(
                say.say("Changes needed before", "코드 수정사항"),
                (
                    Boxes(
                        tuple(boxes.box(one, say) for one in failed),
                        empty=say.say(
                            "No check asks for a change.", "수정이 필요한 점검 항목이 없습니다."
                        ),
                    ),
                ),
            ),
            contract.contract(facts, say),
        ),
    )


def _phases(say: Speaker) -> Section:
    phases = (
        (say.say("Prepare the server", "서버 준비"), "shipway install"),
        (say.say("Set the variables", "환경 변수 설정"), "shipway env check"),
        (say.say("Build and deploy to staging", "빌드 및 스테이징 배포"), "shipway deploy"),
        (say.say("Verify staging", "스테이징 검증"), "shipway check staging"),
        (say.say("Promote to production", "프로덕션 승격"), "shipway promote"),
        (say.say("Prove the backup", "백업 복원 검증"), "shipway backup drill production"),
    )
    return Section(
        say.say("Phases", "배포 단계"),
        (Items(tuple(f"{title}: `{command}`" for title, command in phases), numbered=True),),
    )


def _verification(facts: Facts, say: Speaker) -> Section:
    live = [one for one in facts.checks if one.area in {"live", "journey"} or one.environment]
    return Section(
        say.say("Verification after a deployment", "배포 후 검증 체크리스트"),
        (
            Boxes(
                tuple(boxes.box(one, say) for one in live),
                empty=say.say(
                    "Nothing was verified on what runs yet: `shipway check staging`.",
                    "아직 실행 환경에서 검증된 항목이 없습니다: `shipway check staging`.",
                ),
            ),
        ),
    )
