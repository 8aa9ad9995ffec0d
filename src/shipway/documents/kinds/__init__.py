"""The five documents that teams write, each a function from facts to a document."""

from __future__ import annotations

from collections.abc import Callable

from shipway.documents.blocks import Document
from shipway.documents.facts import Facts
from shipway.documents.kinds.checklist import checklist_document
from shipway.documents.kinds.infrastructure import infrastructure
from shipway.documents.kinds.plan import plan
from shipway.documents.kinds.record import record
from shipway.documents.kinds.specification import specification
from shipway.documents.speaking import Speaker

KINDS: dict[str, Callable[[Facts, Speaker], Document]] = {
    "specification": specification,
    "plan": plan,
    "checklist": checklist_document,
    "record": record,
    "infrastructure": infrastructure,
}


def build(kind: str, facts: Facts, say: Speaker) -> Document:
    """Return the document; `kind` is one of KINDS."""
    return KINDS[kind](facts, say)
