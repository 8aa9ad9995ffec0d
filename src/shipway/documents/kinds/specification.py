"""The deployment specification: architecture, ports, variables, checklist, commands."""

from __future__ import annotations

from shipway.documents.blocks import Boxes, Document, Section
from shipway.documents.facts import Facts
from shipway.documents.kinds.areas import GROUPS
from shipway.documents.kinds.head import document
from shipway.documents.parts import boxes, contract, diagram, ports, running
from shipway.documents.speaking import Speaker


def specification(facts: Facts, say: Speaker) -> Document:
    """Return the deployment specification."""
    return document(
        facts,
        say,
        en="deployment specification",
        ko="배포 명세서",
        sections=(
            diagram.architecture(facts, say),
            ports.port_table(facts, say),
            contract.contract(facts, say),
            Section(
                say.say("Checklist before a deployment", "배포 전 체크리스트"),
                (boxes.counted(facts, say), *_groups(facts, say)),
            ),
            running.commands(say),
            running.rollback(facts, say),
            running.monitoring(facts, say),
            boxes.verdict(facts, say),
        ),
    )


def _groups(facts: Facts, say: Speaker) -> tuple[Section, ...]:
    return tuple(
        Section(
            say.words(title),
            (
                Boxes(
                    tuple(boxes.box(one, say) for one in facts.checks if one.area in areas),
                    empty=say.say("Nothing was looked at.", "확인된 항목이 없습니다."),
                ),
            ),
        )
        for title, areas in GROUPS
    )
