"""What a document is made of, before it is Markdown or HTML.  Values only.

Text may hold `code` and **strong**, as Markdown writes them, and nothing else: whatever
comes from outside is put there by `plain`, which leaves no mark that means something.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from shipway.model.evidence import Result


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list; numbered where the order matters."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows; a table without rows is shown as the sentence `empty`."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A line of a checklist: what it asks, what is known, and by which evidence."""

    title: str
    state: Result
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Boxes:
    """A checklist; one without boxes is shown as the sentence `empty`."""

    boxes: tuple[Box, ...]
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """Commands or a file, as they are typed."""

    text: str
    language: str = "bash"


@dataclass(frozen=True, slots=True)
class Picture:
    """A diagram: as text for a terminal, as SVG for a page."""

    text: str
    svg: str
    title: str


Block: TypeAlias = "Text | Items | Table | Boxes | Code | Picture | Section"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it, further sections too."""

    title: str
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole document.

    head: (label, value) lines right below the title.
    """

    title: str
    language: str
    head: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = field(default=())


_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>|#"})


def plain(text: str) -> str:
    """Return text from outside so that it reads as it is, on one line."""
    return " ".join(text.split()).translate(_MARKS)


def code(text: str) -> str:
    """Return text from outside as inline code."""
    return "`" + " ".join(text.replace("`", "ʼ").split()) + "`"


def strong(text: str) -> str:
    """Return text of the document's own as strong."""
    return f"**{text}**"
