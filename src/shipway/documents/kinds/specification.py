"""The deployment specification: architecture, ports, variables, checklist, commands."""

from __future__ import annotations

from shipway.documents.blocks import Document, Section
from shipway.documents.facts import Facts
from shipway.documents.kinds.areas import AREAS
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
                (boxes.counted(facts, say), *boxes.checklist(facts, say, AREAS)),
            ),
            running.commands(say),
            running.rollback(facts, say),
            running.monitoring(facts, say),
            boxes.verdict(facts, say),
        ),
    )
