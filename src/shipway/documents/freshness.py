"""Whether a written document still says what the files say.

What was measured changes by itself and makes no document stale; what is declared does.  So
each document carries a mark of the declared facts alone, in its last line.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from shipway.documents.facts import Facts, IssueFacts, RecoveryFacts
from shipway.documents.kinds import build
from shipway.documents.render.markdown import as_markdown
from shipway.documents.speaking import Speaker
from shipway.model.words import Words

_MARK = re.compile(r"<!-- shipway document (\w+) (\w+) ([0-9a-f]{64}) -->\s*\Z")


def mark(kind: str, language: str, facts: Facts) -> str:
    """Return the last line of a document of this kind, made from the declared facts."""
    known = facts.files or facts
    text = as_markdown(build(kind, declared_only(known), Speaker(language)))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"<!-- shipway document {kind} {language} {digest} -->\n"


def written_as(text: str) -> tuple[str, str] | None:
    """Return (kind, language) of a written document; None where it carries no mark."""
    found = _MARK.search(text)
    return (found[1], found[2]) if found else None


def is_fresh(text: str, facts: Facts) -> bool:
    """Return whether a document that carries a mark was written from these declared facts."""
    found = _MARK.search(text)
    return found is not None and found[0].strip() == mark(found[1], found[2], facts).strip()


def declared_only(facts: Facts) -> Facts:
    """Return the facts without what was measured, looked at, or is of one moment."""
    return replace(
        facts,
        at=0.0,
        live=True,
        commit="",
        environments=tuple(
            replace(
                one,
                live=None,
                previous=None,
                engine="",
                drifted=False,
                services=tuple(
                    replace(service, running=None, open=None, measured_at=None)
                    for service in one.services
                ),
            )
            for one in facts.environments
        ),
        variables=tuple(
            replace(one, set_in=(), missing_in=(), origins=(), shown=(), wrong=())
            for one in facts.variables
            if one.declared
        ),
        checks=(),
        figures=(),
        configuration=(),
        issues=tuple(
            IssueFacts(text=one.text, place=one.file, effect=one.effect)
            for one in facts.about.issues
        ),
        recommendations=(),
        tracked=tuple(replace(one, done=None, says=Words("", "")) for one in facts.tracked),
        approvals=(),
        incidents=(),
        folders=(),
        files=None,
        backups=tuple(
            replace(one, newest_at=None, restorable_at=None, proven_at=None, drill_failed=False)
            for one in facts.backups
        ),
        recovery=RecoveryFacts(
            rpo_wanted_s=facts.recovery.rpo_wanted_s, rto_wanted_s=facts.recovery.rto_wanted_s
        ),
        indicators=tuple(replace(one, value="", unknown="") for one in facts.indicators),
    )
