"""What single sections report: the record's head, the purpose, costs, rollback, the diagram."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from shipway.api.facts import declared_facts
from shipway.documents import written
from shipway.documents.facts import ApprovalFacts, CheckFacts, Facts, VariableFacts
from shipway.documents.parts.diagram import width
from shipway.model.evidence import Result
from shipway.model.words import Words
from tests.documents.samples import AT, SERVICES, shop

FAULTS = Path(__file__).parents[2] / "examples" / "faults"


def with_about(**changes: object) -> Facts:
    facts = shop()
    return replace(facts, about=replace(facts.about, **changes))  # type: ignore[arg-type]


def test_the_head_is_the_project_s_record() -> None:
    """R001: identity, dates, scope, purpose, what comes afterwards, problem and goal."""
    facts = with_about(
        level="Enterprise",
        target="VPS, Compose, Nginx",
        scope="FE, BE, DB",
        after="back to local development",
        problems=("no staging",),
        goals=("test as in production",),
    )
    text = written("plan", facts, "en", "md")
    head = text.partition("\n## ")[0]
    assert head.startswith("# Shop – deployment plan (Phase 2)\n")
    for line in (
        "**Created**: 2026-11-01",
        "**Last updated**: 2026-11-24 15:00",
        "**Reviewed**: database, worker",
        "**Author**: Mina",
        "**Version**: 1.2",
        "**Level**: Enterprise",
        "**Runs on**: VPS, Compose, Nginx",
    ):
        assert line in head
    assert "- **Purpose**: verify the MVP\n- **Scope**: FE, BE, DB\n" in text
    assert "- **Afterwards**: back to local development" in text
    record = written("record", facts, "en", "md")
    assert "### Problems\n\n- no staging" in record
    assert "### Goals\n\n- test as in production" in record


def journey(name: str, state: Result, environment: str = "production") -> CheckFacts:
    return CheckFacts(
        id=f"journey.{name}",
        area="journey",
        title=Words(name, name),
        state=state,
        severity="error",
        environment=environment,
        release="r7",
        at=AT,
    )


@pytest.mark.parametrize(
    ("states", "verdict"),
    [
        ((Result.PASSED, Result.PASSED), "**Proved** in production, r7"),
        ((Result.PASSED, Result.FAILED), "**Refuted** in production, r7"),
        ((Result.PASSED, Result.NOT_CHECKED), "**Not proved yet** in production, r7"),
        ((Result.PASSED, Result.ATTESTED), "**Not proved yet** in production, r7"),
    ],
)
def test_the_purpose_ends_with_a_verdict_over_what_proves_it(
    states: tuple[Result, Result], verdict: str
) -> None:
    """R002: proved, refuted or open, by the evidence of what is live in production."""
    checks = (
        journey("sign-up", states[0]),
        journey("chat", states[1]),
        journey("other", Result.FAILED),
        journey("chat", Result.PASSED, environment="staging"),
    )
    about = replace(shop().about, proven_by=("journey.sign-up", "journey.chat"))
    text = written("plan", replace(shop(), about=about, checks=checks), "en", "md")
    assert verdict in text
    assert ": verify the MVP" in text.partition("## Verdict on the purpose")[2]


def test_what_should_prove_the_purpose_and_is_not_there_is_named() -> None:
    text = written("plan", with_about(proven_by=("journey.nowhere",)), "en", "md")
    assert "**Not proved yet**" in text
    assert "No such journey or check is there: `journey.nowhere`." in text


def test_options_are_compared_with_what_speaks_for_and_against_them_and_their_cost() -> None:
    """R204."""
    text = written("plan", shop(), "en", "md")
    options = text.partition("## Comparison of targets")[2].partition("\n## ")[0]
    assert "### Option 1: One server (recommended)\n\n**For it**\n\n- cheap" in options
    assert "**Cost**: 7–10 (2026-11-20), the price list" in options
    assert "### Option 2: Four services" in options
    assert "**Made of**\n\n- the API on Render\n\n**Against it**\n\n- four consoles" in options


def test_costs_are_added_up_with_day_and_source_and_what_has_none_says_so() -> None:
    """R205: declared figures only; Shipway knows no prices."""
    text = written("plan", shop(), "en", "md")
    assert "| One server | server | 5–8 | 2026-11-20 | the price list |" in text
    assert "| One server | disk | 2 | 2026-11-20 | the invoice |" in text
    assert "| One server | **total** | **7–10** | – | – |" in text
    assert "| Four services | free at first | – | **not dated** | **no source** |" in text


def test_out_of_scope_is_a_list_with_reasons_that_no_check_asks_for() -> None:
    """R217: what one document leaves out is never forced on it."""
    text = written("record", shop(), "en", "md")
    section = text.partition("## Out of scope")[2].partition("\n## ")[0]
    assert "- Kubernetes – one server is enough" in section
    board = declared_facts(FAULTS.parent / "board", at=AT)
    pipeline = [one for one in board.checks if one.area == "pipeline"]
    assert pipeline
    assert {one.state for one in pipeline} == {Result.NOT_CHECKED}, "no CI is no failure"
    failed = [one.id for one in board.checks if one.state is Result.FAILED]
    assert not [name for name in failed if name.startswith(("pipeline", "proxy"))]


def test_a_rollback_says_what_it_brings_back_and_what_it_does_not() -> None:
    facts = shop()
    environments = tuple(
        replace(one, data=("postgres", "uploads"), jobs=(("migrate", "alembic upgrade head"),))
        for one in facts.environments
    )
    text = written("specification", replace(facts, environments=environments), "en", "md")
    assert "Rolls back to: r6 (0a0b0c0d, before)" in text
    assert "| artifacts (images, code) | yes | the same digests, without a build |" in text
    assert "| configuration and secrets of the release | yes |" in text
    assert "| migrations (migrate) | no: they stay applied |" in text
    assert "| data of postgres | no, only with --with-data |" in text
    assert "| data of uploads | no | `shipway backup restore production --of uploads` |" in text
    assert "| what was sent to others (mails, payments) | no | – |" in text


def faulty(name: str, tmp_path: Path) -> Facts:
    target = tmp_path / name.replace("/", "-")
    shutil.copytree(FAULTS / name, target)
    (target / "shipway.yaml").write_text("project: vision\n")
    return declared_facts(target, at=AT)


def test_changes_to_the_code_are_listed_with_file_and_line_before_a_deployment(
    tmp_path: Path,
) -> None:
    """R136: what the checks of the code find, before anything is deployed."""
    facts = faulty("vision/broken", tmp_path)
    text = written("plan", facts, "en", "md")
    changes = text.partition("### Changes needed before")[2].partition("\n## ")[0]
    failed = [
        one for one in facts.checks if one.id in {"code.cors-default", "code.default-account"}
    ]
    assert {one.state for one in failed} == {Result.FAILED}
    for one in failed:
        line = next(line for line in changes.splitlines() if one.title.en in line)
        assert f"**failed** – {one.evidence.en}; `{one.places[0]}`" in line.replace("\\", "")
    fixed = faulty("vision/fixed", tmp_path)
    assert not [
        one for one in fixed.checks if one.id == "code.cors-default" and one.state is Result.FAILED
    ]


def test_what_must_be_confirmed_is_decided_by_the_contract_where_it_names_a_variable() -> None:
    """R012: the short list with the state of each, not a promise."""
    good = VariableFacts(name="NODE_ENV", required="always", set_in=("staging", "production"))
    weak = VariableFacts(
        name="POSTGRES_PASSWORD",
        secret=True,
        required="always",
        set_in=("production",),
        wrong=(("production", Words("is easy to guess", "추측하기 쉬운 값")),),
    )
    facts = replace(
        with_about(
            must_confirm=(
                "NODE_ENV=production",
                "POSTGRES_PASSWORD: strong",
                "the provider's firewall",
            )
        ),
        variables=(good, weak),
    )
    text = written("checklist", facts, "en", "md").partition("### Must be confirmed")[2]
    assert "- [x] NODE\\_ENV=production – set in staging, production" in text
    assert "- [ ] POSTGRES\\_PASSWORD: strong – **failed** – production: is easy to guess" in text
    assert "- [ ] the provider's firewall – **not checked** – to be confirmed by a person" in text


def test_exposure_is_told_as_it_was_measured() -> None:
    """R026: what was tried from outside stands beside what is declared."""
    web, worker, postgres = SERVICES
    services = (
        replace(web, open=False, measured_at=AT),
        worker,
        replace(postgres, open=True, measured_at=AT),
    )
    facts = shop()
    environments = tuple(replace(one, services=services) for one in facts.environments)
    text = written("specification", replace(facts, environments=environments), "en", "md")
    assert "| web | 3000 | through the proxy; measured: closed (2026-11-24 15:00) |" in text
    assert "| postgres | 5432 | no; **measured: other machines reach it** (2026-11-24" in text
    assert "| worker | – | no | " in text


def test_who_let_what_into_production_is_told_with_its_digests() -> None:
    """R100: who, when, which digests; and with which reason past the gate."""
    approval = ApprovalFacts(
        environment="production",
        release="r7",
        kind="promote",
        by="mina",
        at=AT,
        state="succeeded",
        override="the fix must go out",
        artifacts=(("web", "sha256:" + "ab" * 32),),
    )
    text = written("infrastructure", replace(shop(), approvals=(approval,)), "en", "md")
    assert (
        "| r7 | promotion past the gate: the fix must go out | mina | 2026-11-24 15:00 "
        "| succeeded | web `sha256:abababababab` |" in text
    )


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_architecture_is_drawn_as_text_and_as_a_picture(language: str) -> None:
    """R037: the way of a request, both from the same facts."""
    text = written("specification", shop(), language, "md")
    drawn = text.partition("```text\n")[2].partition("\n```")[0]
    assert "[HAProxy :443 (TLS)]" in drawn
    assert "└── shop.example.com → web:3000" in drawn
    page = written("specification", shop(), language, "html")
    found = re.search(r"<svg.*?</svg>", page, re.DOTALL)
    assert found
    picture = ET.fromstring(found[0])  # noqa: S314 - it is our own
    words = [one.text for one in picture.iter("{http://www.w3.org/2000/svg}text")]
    lines = [line.strip(" ├└─│▼") for line in drawn.splitlines()]
    assert words == [line.strip("[]") if "HAProxy" in line else line for line in lines if line]
    wide, high = map(float, picture.attrib["viewBox"].split()[2:])
    boxes = list(picture.iter("{http://www.w3.org/2000/svg}rect"))
    for box, shown in zip(boxes, words, strict=True):
        assert float(box.attrib["x"]) + float(box.attrib["width"]) <= wide
        assert width(shown or "") < float(box.attrib["width"]), "the text stays in its box"
        assert float(box.attrib["y"]) + float(box.attrib["height"]) <= high
