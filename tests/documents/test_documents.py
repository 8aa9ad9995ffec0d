"""The living documents: R004 to R012, from facts alone."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from shipway.documents import KINDS, is_fresh, written, written_as
from shipway.documents.facts import Facts
from shipway.documents.parts.targets import is_kept
from shipway.model.declared import TargetSpec
from shipway.model.evidence import Result
from tests.documents.samples import SERVICES, shop

SECTIONS = {
    "specification": (
        ("Architecture", "아키텍처 다이어그램"),
        ("Ports", "서비스 포트 매핑"),
        ("Environment variables", "필수 환경변수 체크리스트"),
        ("Checklist before a deployment", "배포 전 체크리스트"),
        ("Commands", "배포 명령어"),
        ("Rollback", "롤백 계획"),
        ("Monitoring", "모니터링"),
    ),
    "plan": (
        ("Comparison of targets", "배포 전략 비교"),
        ("Recommended: One server", "추천 방안: One server"),
        ("Preparation", "배포 준비 작업"),
        ("Phases", "배포 단계"),
        ("Verification after a deployment", "배포 후 검증 체크리스트"),
        ("Rollback", "롤백 계획"),
        ("Next steps", "다음 단계"),
        ("Questions", "질문 사항"),
    ),
    "checklist": (
        ("Done", "완료된 항목"),
        ("Must be confirmed before production", "운영 배포 전 필수 확인 사항"),
        ("Minor issues", "발견된 사소한 이슈 (비중요)"),
        ("Recommendations", "권장 사항"),
        ("Verdict", "결론"),
    ),
    "record": (
        ("Overview", "개요"),
        ("Decisions", "사용자 결정 사항"),
        ("Functional requirements", "기능 요구사항"),
        ("Other requirements", "비기능 요구사항"),
        ("Out of scope", "범위 외 (Out of Scope)"),
        ("Measures of success", "성공 지표"),
        ("Files to change", "수정 대상 파일"),
    ),
    "infrastructure": (
        ("Compose (3 services)", "Docker Compose 구성 (3 서비스)"),
        ("Variables", "환경 변수 관리"),
        ("Backup and recovery", "백업 및 복구 전략"),
        ("Monitoring", "모니터링 스택"),
        ("CI/CD", "CI/CD 파이프라인"),
        ("Development", "개발 환경 요구사항"),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_reader_of_the_original_finds_each_section_in_its_order(kind: str, language: str) -> None:
    """R004 R005 R006 R007 R008 R009."""
    text = written(kind, shop(), language, "md")
    at = -1
    for en, ko in SECTIONS[kind]:
        heading = f"\n## {ko if language == 'ko' else en}\n"
        assert text.find(heading) > at, heading
        at = text.find(heading)


@pytest.mark.parametrize("kind", KINDS)
def test_a_korean_document_is_korean(kind: str) -> None:
    """R009: no sentence of Shipway's own is left in the other language."""
    korean = written(kind, shop(), "ko", "md")
    english = written(kind, shop(), "en", "md")
    assert re.search(r"[가-힣]", english.replace("한국어", "")) is None
    prose = re.sub(r"^```.*?^```$", "", korean, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    named = {"CI/CD", *(f"{at}. {one.name}" for at, one in enumerate(SERVICES, start=1))}
    ours = [
        one
        for one in headings
        if one not in named and not re.search(r"One server|Four services", one)
    ]
    assert [one for one in ours if not re.search(r"[가-힣]", one)] == ["A domain?"] * (
        kind == "plan"
    )


def test_a_box_is_ticked_by_evidence_alone() -> None:
    """R006: passed, failed, not checked, each with what was seen, when and for which release."""
    text = written("specification", shop(), "en", "md")
    assert "- [x] Services have healthchecks" in text
    assert (
        "- [ ] Only the proxy is reached – **failed** – 5432 answers; "
        "production · r7 · 2026-11-24 15:00" in text
    )
    assert "- [ ] The clock is right – **not checked**" in text


def test_a_person_s_word_is_never_a_tick() -> None:
    facts = shop()
    checks = tuple(replace(one, state=Result.ATTESTED) for one in facts.checks)
    text = written("specification", replace(facts, checks=checks, variables=()), "en", "md")
    assert "[x]" not in text
    assert "**attested**" in text


def test_a_missing_variable_is_named_with_its_environment_and_stops_the_verdict() -> None:
    """R012 R038."""
    text = written("specification", shop(), "en", "md")
    assert "- [ ] `JWT_SECRET`: secret; web – **failed** – missing in production" in text
    assert "**Not ready**: 1 check of severity error failed and 1 variable is missing." in text
    assert "the firewall of the provider – **not checked** – to be confirmed by a person" in text


def test_promised_figures_stand_beside_measured_ones() -> None:
    """R192 R195: a promise that was not kept says so."""
    text = written("record", shop(), "en", "md")
    assert "| Promotion | 30s | 2.4 s (9 times, 2026-11-24 15:00) | yes |" in text
    assert "| Rollback works | 100% | 50 % (2 times, 2026-11-24 15:00) | no |" in text
    assert "| Loss | 1h | 4.2 s (1 time, 2026-11-24 15:00) | yes |" in text


@pytest.mark.parametrize(
    ("figure", "target", "value", "kept"),
    [
        ("promote", "30s", 30.0, True),
        ("promote", "2 min", 121.0, False),
        ("rollback", "≤ 10s", 9.0, True),
        ("rollback-success", "100%", 99.9, False),
        ("rollback-success", "30s", 100.0, None),
        ("rto", "soon", 1.0, None),
    ],
)
def test_a_target_is_read_as_people_write_it(
    figure: str, target: str, value: float, kept: object
) -> None:
    assert is_kept(TargetSpec(name="x", figure=figure, target=target), value) is kept


def test_answered_questions_show_the_branch_that_was_taken() -> None:
    """R010 R011."""
    text = written("plan", shop(), "en", "md")
    assert "- **Yes → DNS**\n- No → a port" in text
    assert "1. **review** ← current step" in text


def test_what_was_never_restored_is_called_unproven() -> None:
    """R123: the newest backup has a date, its proof has none."""
    text = written("infrastructure", shop(), "en", "md")
    assert (
        "| postgres | daily | log | 30 days | 2026-11-24 15:00 | 2026-11-24 15:00 "
        "| never: unproven |" in text
    )
    assert "| RPO | 1 h | 4.2 s | 2026-11-24 15:00 | 2026-11-24 15:00 (0 s) |" in text


def test_text_from_outside_cannot_break_a_table_or_a_page() -> None:
    text = written("record", shop(), "en", "md")
    assert "r7 (1a2b3c4d, a \\| pipe)" in text
    facts = replace(
        shop(), project="x", about=replace(shop().about, title="<script>alert(1)</script>")
    )
    assert "<script>" not in written("plan", facts, "en", "html")


class _Balanced(HTMLParser):
    VOID = frozenset({"meta"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.wrong += [f"{tag} {name}" for name, _value in attrs if name in {"src", "href"}]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_whole_and_needs_nothing_from_elsewhere(kind: str) -> None:
    page = written(kind, shop(), "ko", "html")
    parser = _Balanced()
    parser.feed(page)
    assert (parser.open, parser.wrong) == ([], [])
    assert '<html lang="ko">' in page


def later(facts: Facts) -> Facts:
    return replace(
        facts,
        at=facts.at + 86_400,
        commit="f" * 12,
        checks=facts.checks[:1],
        figures=(),
        environments=tuple(replace(one, live=None) for one in facts.environments),
    )


@pytest.mark.parametrize("form", ["md", "html"])
def test_what_was_measured_makes_no_document_stale_and_what_is_declared_does(form: str) -> None:
    text = written("record", shop(), "ko", form)
    assert written_as(text) == ("record", "ko")
    assert is_fresh(text, later(shop()))
    changed = replace(shop(), about=replace(shop().about, goals=("calm",)))
    assert not is_fresh(text, changed)
    assert written_as("# by hand") is None
