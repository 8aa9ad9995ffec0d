"""A document as Markdown, as GitHub and GitLab show it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch

from shipway.documents.blocks import (
    Block,
    Boxes,
    Code,
    Document,
    Items,
    Picture,
    Section,
    Table,
    Text,
)
from shipway.documents.speaking import Speaker
from shipway.model.evidence import Result


def as_markdown(document: Document) -> str:
    """Return the whole document."""
    say = Speaker(document.language)
    parts = [f"# {document.title}"]
    if document.head:
        parts.append("  \n".join(f"**{label}**: {value}" for label, value in document.head))
    for section in document.sections:
        parts += _section(section, 2, say)
    return "\n\n".join(parts) + "\n"


def _section(section: Section, level: int, say: Speaker) -> Iterator[str]:
    yield f"{'#' * min(level, 6)} {section.title}"
    for block in section.blocks:
        if isinstance(block, Section):
            yield from _section(block, level + 1, say)
        else:
            yield _block(block, say)


@singledispatch
def _block(block: Block, _say: Speaker) -> str:
    raise TypeError(type(block).__name__)


@_block.register
def _(block: Text, _say: Speaker) -> str:
    return block.text


@_block.register
def _(block: Items, _say: Speaker) -> str:
    marks = (f"{at}." if block.numbered else "-" for at in range(1, len(block.items) + 1))
    return "\n".join(f"{mark} {item}" for mark, item in zip(marks, block.items, strict=True))


@_block.register
def _(block: Table, _say: Speaker) -> str:
    if not block.rows and block.empty:
        return block.empty
    lines = [block.columns, tuple("---" for _ in block.columns), *block.rows]
    return "\n".join(
        f"| {' | '.join(cell.replace(chr(10), ' ') for cell in row)} |" for row in lines
    )


@_block.register
def _(block: Boxes, say: Speaker) -> str:
    if not block.boxes:
        return block.empty
    lines = []
    for box in block.boxes:
        tick = "x" if box.state is Result.PASSED else " "
        state = "" if box.state is Result.PASSED else f" – **{say.state(box.state)}**"
        evidence = f" – {box.evidence}" if box.evidence else ""
        lines.append(f"- [{tick}] {box.title}{state}{evidence}")
    return "\n".join(lines)


@_block.register
def _(block: Code, _say: Speaker) -> str:
    return f"```{block.language}\n{block.text}\n```"


@_block.register
def _(block: Picture, _say: Speaker) -> str:
    return f"```text\n{block.text}\n```"
