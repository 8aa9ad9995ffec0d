"""The lines below a document's title."""

from __future__ import annotations

from shipway.documents.blocks import Document, Section, plain
from shipway.documents.facts import Facts
from shipway.documents.parts.tables import not_live
from shipway.documents.speaking import Speaker


def document(
    facts: Facts, say: Speaker, *, en: str, ko: str, sections: tuple[Section, ...]
) -> Document:
    """Return the document with the head that all of them have."""
    about = facts.about
    name = plain(about.title or facts.project)
    phase = f" ({plain(about.phase)})" if about.phase else ""
    head = [
        (say.say("Created", "생성일"), about.created.isoformat() if about.created else ""),
        (say.say("Last updated", "마지막 업데이트"), say.moment(facts.at)),
        (say.say("Reviewed", "검토 대상"), ", ".join(plain(one) for one in about.reviewed)),
        (say.say("Author", "작성자"), plain(about.author)),
        (say.say("Version", "버전"), plain(about.version)),
        (say.say("Commit", "커밋"), facts.commit[:8]),
        (say.say("Level", "레벨"), plain(about.level)),
        (say.say("Runs on", "배포 환경"), plain(about.target)),
    ]
    missing = not_live(facts, say)
    if missing:
        head.append((say.say("Note", "참고"), missing.text))
    return Document(
        title=f"{name} – {say.say(en, ko)}{phase}",
        language=say.language,
        head=tuple((label, value) for label, value in head if value),
        sections=sections,
    )
