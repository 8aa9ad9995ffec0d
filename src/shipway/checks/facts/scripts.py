"""Commands that people and machines type: shell scripts, fenced blocks of documents, CI steps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shipway.checks.facts.files import Files
from shipway.checks.facts.paths import aside
from shipway.checks.facts.positions import read_positions

_FENCE = re.compile(r"^\s*```\s*(\w*)")
_SHELL = frozenset({"bash", "sh", "shell", "console", "zsh"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Shell text.  first: the file's line of its first line.  kind: file, document or step."""

    path: str
    kind: str
    first: int
    lines: tuple[str, ...]

    def commands(self) -> Iterator[tuple[int, str]]:
        """Yield (line in the file, command): comments left out, continued lines joined."""
        joined, start = "", 0
        for offset, line in enumerate(self.lines):
            text = line.strip()
            if not joined:
                start = self.first + offset
            if text.endswith("\\"):
                joined += text[:-1] + " "
                continue
            text, joined = joined + text, ""
            if text and not text.startswith("#"):
                yield start, re.sub(r"\s+#\s.*$", "", text)

    @property
    def text(self) -> str:
        """Return all of it."""
        return "\n".join(self.lines)


def scripts(files: Files) -> tuple[Script, ...]:
    """Return every piece of shell of a project."""
    return tuple(_found(files))


def _found(files: Files) -> Iterator[Script]:
    for path in files.paths:
        if aside(path):
            continue
        name = path.rpartition("/")[2]
        if name.endswith((".sh", ".bash")) or _crontab(name):
            yield Script(path=path, kind="file", first=1, lines=tuple(files.lines(path)))
        elif name.endswith(".md"):
            yield from _fenced(path, files.lines(path))
        elif path.startswith(".github/workflows/") and name.endswith((".yml", ".yaml")):
            yield from _steps(path, files.text(path))


def _crontab(name: str) -> bool:
    return name in {"crontab", "cron"} or name.endswith((".cron", ".crontab"))


def _fenced(path: str, lines: list[str]) -> Iterator[Script]:
    opened: int | None = None
    shell = False
    for index, line in enumerate(lines):
        match = _FENCE.match(line)
        if match is None:
            continue
        if opened is None:
            opened, shell = index, match[1].lower() in _SHELL
            continue
        if shell:
            yield Script(
                path=path, kind="document", first=opened + 2, lines=tuple(lines[opened + 1 : index])
            )
        opened = None


def _steps(path: str, text: str) -> Iterator[Script]:
    lines = text.split("\n")
    for job in read_positions(text).get("jobs").items.values():
        for step in job.get("steps").parts:
            run = step.get("run")
            if run.text:
                written = lines[run.line - 1].rstrip() if run.line <= len(lines) else ""
                block = written.endswith(("|", ">", "|-", ">-", "|+", ">+"))
                first = run.line + 1 if block else run.line
                yield Script(path=path, kind="step", first=first, lines=tuple(run.text.split("\n")))
