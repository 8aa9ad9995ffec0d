"""Writes the tables of docs/checks.md from the registry: python -m shipway.checks.publish.

What stands outside of the pairs of markers is written by hand.
"""

from __future__ import annotations

from pathlib import Path

from shipway.checks.live import live_checks
from shipway.checks.model import Area, Check
from shipway.checks.registry import all_checks

DOCUMENT = Path(__file__).parents[3] / "docs" / "checks.md"
_BEGIN, _END = "<!-- begin: {} -->", "<!-- end: {} -->"


def published(text: str) -> str:
    """Return the document with its tables made anew."""
    for name, table in (
        ("faults", fault_table()),
        ("live", live_table()),
        ("checks", check_tables()),
    ):
        head, _, rest = text.partition(_BEGIN.format(name))
        _, _, tail = rest.partition(_END.format(name))
        text = f"{head}{_BEGIN.format(name)}\n{table}\n{_END.format(name)}{tail}"
    return text


def check_tables() -> str:
    """Return a table of the checks of each area."""
    parts = []
    for area in Area:
        mine = [check for check in all_checks() if check.area is area]
        rows = [
            f"| `{check.id}` | {check.severity.value} | {check.title.en}<br>{check.title.ko} |"
            f" {', '.join(check.serves)} |"
            for check in mine
        ]
        head = f"### {area.heading.en} · {area.heading.ko}\n\n"
        parts.append(
            head + "\n".join(["| id | severity | title | serves |", "|---|---|---|---|", *rows])
        )
    return "\n\n".join(parts)


def live_table() -> str:
    """Return the table of the checks against a running environment."""
    rows = ["| id | severity | title | serves | disturbs |", "|---|---|---|---|---|"]
    rows += [
        f"| `{check.id}` | {check.severity.value} | {check.title.en}<br>{check.title.ko} |"
        f" {', '.join(check.serves)} | {'yes' if check.thorough else ''} |"
        for check in live_checks()
    ]
    return "\n".join(rows)


def fault_table() -> str:
    """Return which checks find each fault of the documents."""
    rows = ["| fault | found by |", "|---|---|"]
    for number in range(1, 35):
        fault = f"D{number:02}"
        names = [check.id for check in all_checks() if _finds(check, fault)]
        rows.append(f"| {fault} | {', '.join(f'`{name}`' for name in names)} |")
    return "\n".join(rows)


def _finds(check: Check, fault: str) -> bool:
    return fault in check.serves


if __name__ == "__main__":
    DOCUMENT.write_text(published(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
