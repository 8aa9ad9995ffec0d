"""The reference of shipway.yaml as Markdown, made from the table of keys."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources

from shipway.spec.keys import ROOT
from shipway.spec.kinds import Kind
from shipway.spec.scalars import Here
from shipway.spec.shapes import Either, Field, ListOf, MapOf, Record, Single

HEADING = """# shipway.yaml

The file stands beside the Compose file and is committed with it. Every key may be left
out; a plain Compose project with one published port needs `project: NAME` at most. Unknown
keys and wrong values are refused, with file, line and the nearest known key. Keys that
begin with `x-` are yours. Editors complete and check it with `schema/shipway.schema.json`,
which also lies in the installed package, at `shipway/spec/shipway.schema.json`.

This page is made from the same table that reads the file (`python -m shipway.spec.publish`).
"""


def markdown() -> str:
    """Return the whole reference."""
    sections = [_section(record) for record in _records(ROOT)]
    closing = resources.files("shipway.spec").joinpath("rules.md").read_text(encoding="utf-8")
    return "\n".join([HEADING, *sections, closing.rstrip("\n"), ""])


def _section(record: Record) -> str:
    title = "The whole file" if record is ROOT else f"`{record.name}`"
    rows = [_row(field) for field in record.fields]
    head = ["| key | what it says | must be | default | example |", "|---|---|---|---|---|"]
    return "\n".join([f"## {title}", "", *head, *rows, ""])


def _row(field: Field) -> str:
    default = f"`{field.default}`" if field.default is not None else field.words or "—"
    if field.required:
        default = "required"
    example = f"`{field.name}: {field.example}`" if field.example is not None else ""
    cells = (f"`{field.name}`", field.about, _label(field.kind), default, example)
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _label(kind: Kind) -> str:
    record = next(iter(_own_records(kind)), None)
    if isinstance(kind, Record):
        return f"see `{kind.name}`"
    if record is not None and isinstance(kind, ListOf | MapOf):
        return f"{'a list' if isinstance(kind, ListOf) else 'a mapping'}, see `{record.name}`"
    if record is not None:
        return f"{kind.label}, see `{record.name}`"
    return kind.label


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _records(record: Record) -> Iterator[Record]:
    """Yield a record and all below it, each once, in the order of the reference."""
    seen: dict[str, Record] = {}
    waiting = [record]
    while waiting:
        current = waiting.pop(0)
        if current.name in seen:
            continue
        seen[current.name] = current
        for field in current.fields:
            waiting += _own_records(field.kind)
    yield from seen.values()


def _own_records(kind: Kind | None) -> list[Record]:
    """Return the records that a kind holds directly."""
    if isinstance(kind, Record):
        return [kind]
    if isinstance(kind, Here | ListOf | MapOf | Single):
        return _own_records(kind.kind)
    if isinstance(kind, Either):
        parts = (kind.scalar, kind.listed, kind.mapped)
        return [record for part in parts for record in _own_records(part)]
    return []
