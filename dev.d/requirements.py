"""Which requirement is proved by which test or check, and which is not proved yet.

    requirements.py            write docs/requirements.md
    requirements.py --check    fail where it is stale
    requirements.py --json     print the counts
    requirements.py --ran FILE fail where a test that proves something is not among those
                               that FILE (a test's id a line) names as passed

The ids and their short titles stand in docs/requirements/titles.tsv.  A test proves what its
docstring names (a module's docstring speaks for the whole file).  A check of the checklist
proves by its own test what it serves, where that is a property of the application or a
fault; a duty of the platform it proves in part only.  docs/requirements/open.tsv overrules
all that: there stands what is proved in part or not at all, and why.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shipway.checks.registry import all_checks

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "requirements"
PAGE = ROOT / "docs" / "requirements.md"
EACH_CHECK = "tests/checks/test_each_check.py::test_a_check_names_exactly_the_faulty_lines[{}]"
ID = re.compile(r"\b(?:R\d{3}|D\d{2})\b")
STATES = ("proved", "partly", "not yet")
SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One requirement: `kind` is P (the platform), A (the application) or D (a fault)."""

    id: str
    kind: str
    title: str
    state: str
    why: str
    proofs: tuple[str, ...]


def lines() -> list[Line]:
    """Return all requirements and faults, in order."""
    named, served = proofs(), served_by_checks()
    overruled = {row[0]: (row[1], row[2]) for row in _rows("open.tsv", 3)}
    made = []
    for name, kind, title in _rows("titles.tsv", 3):
        proving = (*named[name], *served[name])
        state, why = overruled.pop(
            name, (_state(kind, named=bool(named[name]), proved=bool(proving)), "")
        )
        if state not in STATES or (state != "not yet" and not proving):
            sys.exit(f"requirements: {name}: {state!r} is no state, or nothing proves it")
        made.append(Line(id=name, kind=kind, title=title, state=state, why=why, proofs=proving))
    if overruled:
        sys.exit(f"requirements: open.tsv names what there is not: {', '.join(overruled)}")
    return made


def _state(kind: str, *, named: bool, proved: bool) -> str:
    if named or (proved and kind[0] != "P"):
        return "proved"
    return "partly" if proved else "not yet"


def proofs() -> defaultdict[str, list[str]]:
    """Return the tests that name each id."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name, text in _docstrings(path):
            for one in dict.fromkeys(ID.findall(text)):
                found[one].append(name)
    return found


def served_by_checks() -> defaultdict[str, list[str]]:
    """Return the tests of the checks that serve each id."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for check in all_checks():
        for one in check.serves:
            found[one].append(EACH_CHECK.format(check.id))
    return found


def _docstrings(path: Path) -> Iterator[tuple[str, str]]:
    where = str(path.relative_to(ROOT))
    tree = ast.parse(path.read_text())
    yield where, ast.get_docstring(tree) or ""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield f"{where}::{node.name}", ast.get_docstring(node) or ""


def _rows(name: str, columns: int) -> Iterator[list[str]]:
    for number, text in enumerate((FOLDER / name).read_text().splitlines(), start=1):
        row = text.split("\t")
        if len(row) != columns:
            sys.exit(f"requirements: {name}:{number}: {columns} columns, not {len(row)}")
        yield row


def counts(found: list[Line]) -> dict[str, dict[str, int]]:
    """Return how many are in each state: of the platform, of the application, faults."""
    groups = {"P": "platform", "A": "application", "D": "faults"}
    counted = {name: dict.fromkeys(STATES, 0) for name in (*groups.values(), "requirements")}
    for line in found:
        counted[groups[line.kind[0]]][line.state] += 1
        if line.kind != "D":
            counted["requirements"][line.state] += 1
    return counted


def page(found: list[Line]) -> str:
    """Return the table as it stands in the documentation."""
    total = counts(found)
    rows = [
        f"| {line.id} | {_cell(line.title)} | {line.state} | {_cell(_evidence(line))} |"
        for line in found
    ]
    summary = "; ".join(
        f"{name}: " + ", ".join(f"{number} {state}" for state, number in states.items())
        for name, states in total.items()
        if name in {"requirements", "faults"}
    )
    return "\n".join(
        [
            "# What is proved",
            "",
            "Each requirement of the five deployment documents (R) and each fault found in them",
            "(D), with the tests and checks that prove it. Made by `./dev docs requirements`.",
            "",
            f"{summary}.",
            "",
            "| id | requirement | state | proved by, or why not |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _evidence(line: Line) -> str:
    shown = [f"`{one.removeprefix('tests/')}`" for one in line.proofs[:SHOWN]]
    more = len(line.proofs) - SHOWN
    if more > 0:
        shown.append(f"{more} more")
    return "; ".join(([line.why] if line.why else []) + shown)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def missing(found: list[Line], ran: Path) -> list[str]:
    """Return what is called proved by tests of which none passed."""
    passed = set(ran.read_text().splitlines())
    known = passed | {re.sub(r"\[.*", "", one) for one in passed}
    known |= {one.partition("::")[0] for one in passed}
    return [
        f"{line.id}: none of its tests passed: {', '.join(line.proofs[:SHOWN])}"
        for line in found
        if line.state != "not yet" and not known.intersection(line.proofs)
    ]


def main(words: list[str]) -> int:
    """Do what the words say; return the exit code."""
    found = lines()
    if words == ["--json"]:
        print(json.dumps(counts(found)))
    elif words[:1] == ["--ran"] and len(words) == 2:
        unproved = missing(found, Path(words[1]))
        print("\n".join(unproved), file=sys.stderr)
        return 1 if unproved else 0
    elif words == ["--check"]:
        if PAGE.read_text() != page(found):
            print("docs/requirements.md is stale\nHint: ./dev docs requirements", file=sys.stderr)
            return 1
    elif words:
        sys.exit(f"requirements: {' '.join(words)} is not understood; see the top of {__file__}")
    else:
        PAGE.write_text(page(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
