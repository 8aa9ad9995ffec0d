"""From facts to a document's text."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from shipway.documents.facts import Facts
from shipway.documents.freshness import mark
from shipway.documents.kinds import build
from shipway.documents.render import render
from shipway.documents.speaking import Speaker


def written(kind: str, facts: Facts, language: str, form: str) -> str:
    """Return a document's whole text, with the mark by which its freshness is judged.

    kind: one of KINDS.  language: `ko` or `en`.  form: one of FORMATS.
    """
    say = Speaker(language, ZoneInfo(facts.about.time_zone or "UTC"))
    return render(build(kind, facts, say), form) + mark(kind, language, facts)
