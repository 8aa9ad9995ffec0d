"""`--fix`: the mechanical fixes of findings, written into the files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from shipway.checks.model import Edit, Finding
from shipway.files import replace_file


def edits_of(findings: Iterable[Finding]) -> tuple[Edit, ...]:
    """Return the edits of findings, none of which touches a line of another."""
    chosen: dict[tuple[str, int], Edit] = {}
    for finding in findings:
        edit = finding.edit
        if edit is None:
            continue
        lines = [(edit.path, line) for line in range(edit.first, edit.last + 1)]
        if not any(line in chosen for line in lines):
            chosen |= dict.fromkeys(lines, edit)
    return tuple(dict.fromkeys(chosen.values()))


def apply_edits(root: Path, edits: Iterable[Edit]) -> tuple[str, ...]:
    """Write the edits; return the paths of the changed files."""
    by_path: dict[str, list[Edit]] = {}
    for edit in edits:
        by_path.setdefault(edit.path, []).append(edit)
    for path, mine in by_path.items():
        file = root / path
        lines = file.read_text(encoding="utf-8").split("\n")
        for edit in sorted(mine, key=lambda item: item.first, reverse=True):
            lines[edit.first - 1 : edit.last] = edit.lines
        replace_file(file, "\n".join(lines), mode=file.stat().st_mode & 0o777)
    return tuple(by_path)
