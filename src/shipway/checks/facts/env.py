"""Environment files in Compose's own grammar, with what stands around each variable."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from shipway.checks.facts.files import Files
from shipway.compose.dotenv import parse_env_text
from shipway.errors import Problem

EXAMPLE_WORDS = ("example", "sample", "template", "dist", "default")
_NAME = re.compile(
    r"^\.env([.-].+)?$|^env\.(example|sample|template|dist|default)$|.+\.env(\.(example|sample|template|dist))?$"
)
_OTHER = re.compile(r"\.(py|[cm]?[jt]sx?|sh|md|json|ya?ml|toml|age|gpg|enc|bak|vault)$")
_LINE = re.compile(r"^\s*(?:export\s+)?(?P<key>[A-Za-z_][\w.]*)\s*=(?P<raw>.*)$")


class EnvRole(StrEnum):
    """What a file is for: an example to copy, or values that a process gets."""

    EXAMPLE = "example"
    VALUES = "values"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvVariable:
    """One variable.

    value: as Compose reads it.  raw: the text behind `=`.  comment: behind the value, or on
    the line above.  section: the heading of its block.
    """

    key: str
    value: str
    raw: str
    line: int
    comment: str
    section: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvFile:
    """A file of variables; `problem` is set where Compose refuses it."""

    path: str
    role: EnvRole
    variables: tuple[EnvVariable, ...]
    problem: Problem | None = None

    @property
    def directory(self) -> str:
        """Return the directory that it lies in, `.` for the root."""
        return str(PurePosixPath(self.path).parent)

    def get(self, key: str) -> EnvVariable | None:
        """Return a variable, None where the file has none of this name."""
        return next((item for item in self.variables if item.key == key), None)

    @property
    def environment(self) -> str:
        """Return the environment that the file's name tells: `production`, …, or ``."""
        name = PurePosixPath(self.path).name.lower()
        for word, environment in _ENVIRONMENTS.items():
            if re.search(rf"(^|[.\-_]){word}($|[.\-_])", name):
                return environment
        return ""


_ENVIRONMENTS = {
    "production": "production",
    "prod": "production",
    "staging": "staging",
    "stage": "staging",
    "common": "common",
    "shared": "common",
    "development": "development",
    "dev": "development",
    "local": "development",
    "test": "test",
    "testing": "test",
    "ci": "test",
}


def env_files(files: Files) -> tuple[EnvFile, ...]:
    """Return every environment file of a project."""
    paths = (path for path in files.paths if _is_env(PurePosixPath(path).name.lower()))
    return tuple(read_env(path, files.text(path)) for path in paths if files.text(path))


def _is_env(name: str) -> bool:
    return bool(_NAME.match(name)) and not _OTHER.search(name)


def read_env(path: str, text: str) -> EnvFile:
    """Return one environment file; never raises."""
    name = PurePosixPath(path).name.lower()
    role = EnvRole.EXAMPLE if any(word in name for word in EXAMPLE_WORDS) else EnvRole.VALUES
    try:
        entries = parse_env_text(text, None, path)
        problem = None
    except Problem as error:
        entries, problem = {}, error
    lines = text.split("\n")
    variables = []
    for entry in entries.values():
        line = lines[entry.line - 1] if entry.line <= len(lines) else ""
        match = _LINE.match(line)
        raw = match["raw"] if match else ""
        variables.append(
            EnvVariable(
                key=entry.key,
                value=entry.value,
                raw=raw,
                line=entry.line,
                comment=_comment(raw) or _above(lines, entry.line - 1),
                section=_section(lines, entry.line - 1),
            )
        )
    return EnvFile(path=path, role=role, variables=tuple(variables), problem=problem)


def _comment(raw: str) -> str:
    match = re.search(r"(?:^|\s)#\s?(.*)$", raw)
    return match[1].strip() if match else ""


def _above(lines: list[str], index: int) -> str:
    """Return the comment on the line above, unless it is the heading of a block."""
    line = lines[index - 1].strip() if index else ""
    return line.lstrip("# ") if line.startswith("#") and not _heads(lines, index - 1) else ""


def _section(lines: list[str], index: int) -> str:
    """Return the first comment of the block in which a line stands, or of the ones above."""
    for number in range(index - 1, -1, -1):
        if lines[number].lstrip().startswith("#") and _heads(lines, number):
            return lines[number].strip().strip("#─- ")
    return ""


def _heads(lines: list[str], index: int) -> bool:
    return index == 0 or not lines[index - 1].strip()
