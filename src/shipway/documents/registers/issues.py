"""Small known issues: the owner's entries, and TODO and FIXME where the owner wants them found.

A TODO is told with file, line and what it means for users, where an entry of the owner for
that file says it; an entry whose file holds no TODO any more is told as gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from shipway.documents.facts import IssueFacts
from shipway.documents.registers.paths import files_below
from shipway.model.declared import DocumentSpec, IssueSpec

BYTES_MAX = 1_000_000
ISSUES_MAX = 200
_TODO = re.compile(r"\b(?:TODO|FIXME)\b[\s:(]*(?P<text>.*)")
_ENDS = ("*/", "-->", "*}", "#}", "%>")


def minor_issues(root: Path, about: DocumentSpec) -> tuple[IssueFacts, ...]:
    """Return what the owner knows and what the files say, at most ISSUES_MAX of them."""
    found = tuple(_found(root, about.todos))
    places = {place.rpartition(":")[0] for place, _text in found}
    issues = [_scanned(place, text, about.issues) for place, text in found]
    issues += [
        IssueFacts(text=one.text, place=one.file, effect=one.effect, found=_still(root, one))
        for one in about.issues
        if one.file not in places
    ]
    return tuple(issues[:ISSUES_MAX])


def _found(root: Path, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    for path in paths:
        for file in files_below(root, path):
            for number, text in _todos(file):
                yield f"{file.relative_to(root).as_posix()}:{number}", text


def _todos(file: Path) -> Iterator[tuple[int, str]]:
    try:
        if file.stat().st_size > BYTES_MAX:
            return
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):  # a picture, a link that leads nowhere: no TODO
        return
    for number, line in enumerate(text.splitlines(), start=1):
        match = _TODO.search(line)
        if match:
            said = match["text"].strip()
            for end in _ENDS:
                said = said.removesuffix(end).rstrip()
            yield number, said.lstrip("): ").strip()[:200]


def _scanned(place: str, text: str, known: Sequence[IssueSpec]) -> IssueFacts:
    entry = next((one for one in known if one.file == place.rpartition(":")[0]), None)
    told = entry.text if entry is not None else text
    return IssueFacts(
        text=told or "TODO", place=place, effect=entry.effect if entry else "", found=True
    )


def _still(root: Path, issue: IssueSpec) -> bool | None:
    """Return False where the issue's file is there and holds no TODO; None: nobody can tell."""
    if not issue.file:
        return None
    files = tuple(files_below(root, issue.file))
    return any(True for file in files for _line in _todos(file)) if files else None
