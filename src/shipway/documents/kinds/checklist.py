"""The checklist before production: what is done, what must be confirmed, what is small."""

from __future__ import annotations

from shipway.documents.blocks import Boxes, Document, Section
from shipway.documents.facts import CheckFacts, Facts
from shipway.documents.kinds.areas import AREAS
from shipway.documents.kinds.head import document
from shipway.documents.parts import boxes, contract, readiness, recovery, registers
from shipway.documents.speaking import Speaker
from shipway.model.evidence import Result


def checklist_document(facts: Facts, say: Speaker) -> Document:
    """Return the checklist before production."""
    done = [one for one in facts.checks if one.state is Result.PASSED]
    left = [one for one in facts.checks if one.state is not Result.PASSED]
    errors = [one for one in left if one.severity == "error"]
    small = [one for one in left if one.severity != "error"]
    return document(
        facts,
        say,
        en="checklist before production",
        ko="프로덕션 배포 전 체크리스트",
        sections=(
            Section(say.say("Summary", "요약"), (boxes.counted(facts, say),)),
            Section(say.say("Done", "완료된 항목"), _by_area(done, say)),
            _must_confirm(errors, facts, say),
            readiness.final_checklist(facts, say),
            registers.minor_issues(facts, say),
            Section(
                say.say("Small findings of the checks", "점검에서 나온 참고 사항"),
                (_boxes(small, say),),
            ),
            registers.recommendations(facts, say),
            boxes.verdict(facts, say),
        ),
    )


def _must_confirm(errors: list[CheckFacts], facts: Facts, say: Speaker) -> Section:
    return Section(
        say.say("Must be confirmed before production", "운영 배포 전 필수 확인 사항"),
        (
            contract.contract(facts, say),
            Section(say.say("Security", "보안 체크리스트"), (_boxes(errors, say),)),
            Section(
                say.say("Database backups", "데이터베이스 백업"),
                (readiness.backup_boxes(facts, say), recovery.objectives(facts, say)),
            ),
            Section(
                say.say("Monitoring and logs", "모니터링 및 로깅"),
                (readiness.monitoring_boxes(facts, say),),
            ),
            Section(
                say.say("Performance", "성능 최적화"), (readiness.performance_boxes(facts, say),)
            ),
            Section(
                say.say("Optional features", "선택적 기능 설정"),
                (contract.optional_features(facts, say),),
            ),
        ),
    )


def _by_area(checks: list[CheckFacts], say: Speaker) -> tuple[Section, ...]:
    areas = list(dict.fromkeys(one.area for one in checks))
    return tuple(
        Section(
            say.words(AREAS[area]) if area in AREAS else area,
            (_boxes([one for one in checks if one.area == area], say),),
        )
        for area in areas
    )


def _boxes(checks: list[CheckFacts], say: Speaker) -> Boxes:
    return Boxes(tuple(boxes.box(one, say) for one in checks), empty=say.say("None.", "없음."))
