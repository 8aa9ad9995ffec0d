"""The living documents of a project, written at the moment they are asked for."""

from __future__ import annotations

from typing import Any, Literal

from shipway.api.late import Routes
from shipway.api.routes.common import Services

router = Routes(tags=["documents"])


@router.get("/projects/{project}/documents/{kind}")
def document(
    service: Services,
    project: str,
    kind: Literal["specification", "plan", "checklist", "record", "infrastructure"],
    lang: Literal["ko", "en"] | None = None,
    form: Literal["md", "html"] = "md",
) -> dict[str, Any]:
    """Return a document as text, from the files and from what runs."""
    from shipway.api.facts import live_facts  # not at rest
    from shipway.documents import written

    facts = live_facts(service, project)
    language = lang or facts.language
    return {"kind": kind, "language": language, "text": written(kind, facts, language, form)}
