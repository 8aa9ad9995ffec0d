"""Which files, which directory, which variables and which name a project has."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shipway.compose.dotenv import parse_env_text, read_env_file
from shipway.compose.problems import ENV_FILE, NAME, NOT_FOUND, problem
from shipway.compose.tree import Mark

FILE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDE_NAMES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a project is, absolute, and the variables that it may use."""

    files: tuple[str, ...]
    directory: str
    environment: dict[str, str]
    home: str | None


def find_compose_file(directory: Path) -> Path | None:
    """Return the Compose file of a directory or of the nearest parent that has one."""
    found = _default_files(os.path.abspath(directory))  # noqa: PTH100 - links stay as they are
    return Path(found[0]) if found else None


def _default_files(directory: str) -> list[str]:
    while True:
        found = [f"{directory.rstrip('/')}/{name}" for name in FILE_NAMES]
        present = [path for path in found if Path(path).exists()]
        if present:
            overrides = [f"{directory.rstrip('/')}/{name}" for name in OVERRIDE_NAMES]
            return present[:1] + [path for path in overrides if Path(path).exists()][:1]
        parent = os.path.dirname(directory)  # noqa: PTH120 - text, as Docker handles it
        if parent == directory:
            return []
        directory = parent


def place(
    cwd: str,
    files: Sequence[str],
    *,
    environment: Mapping[str, str],
    env_files: Sequence[str],
    project_directory: str | None,
) -> Place:
    """Return where the project is and which variables it has.  Raises Problem.

    `.env` is read first, so that it may set COMPOSE_FILE and the other COMPOSE_… variables.
    """
    base = None if project_directory is None else _absolute(cwd, project_directory)
    named_env = list(env_files)
    if not named_env and environment.get("COMPOSE_ENV_FILES"):
        named_env = environment["COMPOSE_ENV_FILES"].split(",")
    found = _files(cwd, files, environment, base)
    first = _with_env_files(environment, named_env, directory=_directory(cwd, found, base), cwd=cwd)
    found = _files(cwd, files, first, base)
    if not found:
        raise problem(
            f"there is no Compose file in {base or cwd} or above it",
            kind=NOT_FOUND,
            hints=("name one with -f, or create compose.yaml",),
        )
    directory = _directory(cwd, found, base)
    variables = _with_env_files(first, named_env, directory=directory, cwd=cwd)
    return Place(
        files=found, directory=directory, environment=variables, home=first.get("HOME") or None
    )


def _files(
    cwd: str, files: Sequence[str], environment: Mapping[str, str], base: str | None
) -> tuple[str, ...]:
    named = list(files)
    if not named and "COMPOSE_FILE" in environment:
        separator = environment.get("COMPOSE_PATH_SEPARATOR") or os.pathsep
        named = environment["COMPOSE_FILE"].split(separator)
    return tuple(_absolute(cwd, name) for name in named or _default_files(base or cwd))


def _directory(cwd: str, files: Sequence[str], base: str | None) -> str:
    if base is not None:
        return base
    return os.path.dirname(files[0]) if files else cwd  # noqa: PTH120


def _absolute(cwd: str, path: str) -> str:
    return os.path.normpath(os.path.join(cwd, path))  # noqa: PTH118 - links stay as they are


def _with_env_files(
    environment: Mapping[str, str], named: Sequence[str], *, directory: str, cwd: str
) -> dict[str, str]:
    """Return the environment, with the variables of `.env` or of the named files behind it."""
    paths = [_absolute(cwd, name) for name in named]
    if not paths and not _default_disabled(environment):
        default = f"{directory.rstrip('/')}/.env"
        if Path(default).exists() and not Path(default).is_dir():
            paths = [default]
    found: dict[str, str] = {}

    def lookup(name: str) -> str | None:
        return environment.get(name, found.get(name))

    for path in paths:
        if not Path(path).exists():
            raise problem(f"there is no environment file {path}", kind=ENV_FILE)
        shown = path.removeprefix(cwd.rstrip("/") + "/")
        for key, entry in parse_env_text(read_env_file(Path(path), shown), lookup, shown).items():
            if not key or "\0" in key + entry.value:
                raise problem(
                    "a variable without a name, or with a NUL",
                    (shown, entry.line, 0),
                    kind=ENV_FILE,
                    hints=("write NAME=value, and end the file with a line break",),
                )
            found[key] = entry.value
    return found | dict(environment)


def _default_disabled(environment: Mapping[str, str]) -> bool:
    value = environment.get("COMPOSE_DISABLE_ENV_FILE")
    if value is None:
        return False
    if value not in _TRUE | _FALSE:
        raise problem(f"COMPOSE_DISABLE_ENV_FILE must be true or false, not `{value}`")
    return value in _TRUE


def normal_name(text: str) -> str:
    """Return the project name that a text gives; may be empty."""
    return "".join(re.findall("[a-z0-9_-]", text.lower())).lstrip("_-")


def checked_name(text: str, mark: Mark | None = None) -> str:
    """Return a name that was given explicitly.  Raises Problem `compose-project-name`."""
    if normal_name(text) != text:
        raise problem(
            f"`{text}` cannot name a project: it may have lower-case letters, digits, `-` and `_`, "
            "and starts with a letter or digit",
            mark,
            kind=NAME,
            hints=(f"use `{normal_name(text) or 'app'}`",),
        )
    return text
