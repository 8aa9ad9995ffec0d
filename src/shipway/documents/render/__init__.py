"""Documents as Markdown and as one HTML page."""

from __future__ import annotations

from collections.abc import Callable

from shipway.documents.blocks import Document
from shipway.documents.render.html import as_html
from shipway.documents.render.markdown import as_markdown

FORMATS: dict[str, Callable[[Document], str]] = {"md": as_markdown, "html": as_html}


def render(document: Document, form: str) -> str:
    """Return the document as text; `form` is one of FORMATS."""
    return FORMATS[form](document)
