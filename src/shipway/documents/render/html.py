"""A document as one HTML page that needs nothing from elsewhere.

What is wider than a phone scrolls by itself, also with a keyboard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import singledispatch
from html import escape

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

_STYLE = """
:root { color-scheme: light dark; --page: #fff; --ink: #1f2328; --line: #8884; --good: #1a7f37; --bad: #cf222e; --soft: #6e7781; }
html { background: var(--page); color: var(--ink); }
body { font: 16px/1.6 system-ui, "Apple SD Gothic Neo", "Noto Sans KR", sans-serif;
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { line-height: 1.25; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
.wide { overflow-x: auto; } table { border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: .35rem .6rem; text-align: left;
  vertical-align: top; word-break: keep-all; overflow-wrap: break-word; }
th { white-space: nowrap; } td { min-width: 4.5rem; max-width: 32rem; }
pre { overflow-x: auto; padding: .8rem; border: 1px solid var(--line); border-radius: 6px; }
p, li, dd { overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { color: var(--soft); } dd { margin: 0; }
ul.boxes { list-style: none; padding: 0; }
ul.boxes li { display: grid; grid-template-columns: 6.5rem 1fr; margin: .35rem 0; }
.state { font-weight: 600; color: var(--soft); }
.passed { color: var(--good); } .failed { color: var(--bad); }
.evidence { grid-column: 2; color: var(--soft); font-size: .9em; }
figure { margin: 0; overflow-x: auto; } svg { width: 100%; min-width: 40rem; height: auto; }
@media (max-width: 40rem) { ul.boxes li { grid-template-columns: 4.8rem 1fr; } h1 { font-size: 1.5rem; } }
@media print { :root { --page: #fff; --ink: #000; } body { max-width: none; margin: 0; font-size: 10.5pt; } .wide { overflow: visible; }
  pre { white-space: pre-wrap; } tr, li, figure { break-inside: avoid; } h2, h3 { break-after: avoid; }
  svg { min-width: 0; } }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --ink: #e6edf3; --good: #3fb950; --bad: #f85149; --soft: #9198a1; } }
""".strip()


def as_html(document: Document) -> str:
    """Return the whole page."""
    say = Speaker(document.language)
    head = "".join(f"<dt>{inline(k)}</dt><dd>{inline(v)}</dd>" for k, v in document.head)
    body = "\n".join(part for section in document.sections for part in _section(section, 2, say))
    title = inline(document.title)
    return (
        f'<!doctype html>\n<html lang="{escape(document.language)}">\n<head>\n'
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
        f"<title>{re.sub('<[^>]+>', '', title)}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n"
        f"<body>\n<h1>{title}</h1>\n<dl>{head}</dl>\n{body}\n</body>\n</html>\n"
    )


def inline(text: str) -> str:
    """Return a line's code and strong as HTML; everything else as it reads."""
    parts = re.split(r"((?<!\\)`[^`]*`)", text)
    made = []
    for part in parts:
        if len(part) > 1 and part[0] == part[-1] == "`":
            made.append(f"<code>{escape(part[1:-1])}</code>")
            continue
        strong = re.sub(r"(?<!\\)\*\*(.+?)(?<!\\)\*\*", "\x02\\1\x03", part)
        unmarked = re.sub(r"\\([\\`*_\[\]<>|#])", r"\1", strong)
        made.append(escape(unmarked).replace("\x02", "<strong>").replace("\x03", "</strong>"))
    return "".join(made)


def _section(section: Section, level: int, say: Speaker) -> Iterator[str]:
    name = f"h{min(level, 6)}"
    yield f"<{name}>{inline(section.title)}</{name}>"
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
    return f"<p>{inline(block.text)}</p>"


@_block.register
def _(block: Items, _say: Speaker) -> str:
    name = "ol" if block.numbered else "ul"
    return f"<{name}>{''.join(f'<li>{inline(item)}</li>' for item in block.items)}</{name}>"


@_block.register
def _(block: Table, _say: Speaker) -> str:
    if not block.rows and block.empty:
        return f"<p>{inline(block.empty)}</p>"
    head = "".join(f'<th scope="col">{inline(cell)}</th>' for cell in block.columns)
    rows = "".join(
        f"<tr>{''.join(f'<td>{inline(cell)}</td>' for cell in row)}</tr>" for row in block.rows
    )
    name = re.sub("<[^>]+>", "", ", ".join(inline(cell) for cell in block.columns))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="wide" role="group" aria-label="{name}" tabindex="0">{table}</div>'


@_block.register
def _(block: Boxes, say: Speaker) -> str:
    if not block.boxes:
        return f"<p>{inline(block.empty)}</p>"
    marks = {Result.PASSED: "passed", Result.FAILED: "failed"}
    lines = []
    for box in block.boxes:
        evidence = f'<span class="evidence">{inline(box.evidence)}</span>' if box.evidence else ""
        lines.append(
            f'<li><span class="state {marks.get(box.state, "")}">{say.state(box.state)}</span> '
            f"<span>{inline(box.title)}</span>{evidence}</li>"
        )
    return f'<ul class="boxes">{"".join(lines)}</ul>'


@_block.register
def _(block: Code, _say: Speaker) -> str:
    return f'<pre tabindex="0"><code>{escape(block.text)}</code></pre>'


@_block.register
def _(block: Picture, _say: Speaker) -> str:
    return f'<figure aria-label="{escape(block.title)}" tabindex="0">{block.svg}</figure>'
