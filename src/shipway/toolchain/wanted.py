"""Which versions of which tools a project's own files ask for, and where they say so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from shipway.errors import SourceRef
from shipway.toolchain.ranges import lowest, shown
from shipway.toolchain.reading import (
    Source,
    directory_of,
    json_of,
    line_of,
    mapping,
    toml_of,
    yaml_of,
)

_FROM = re.compile(
    r"^\s*FROM\s+(?:--\S+\s+)*(?:[\w.:-]+/)*(?P<name>python|node):(?P<tag>[\w.-]+)", re.IGNORECASE
)
_PINS = {".nvmrc": "node", ".node-version": "node", ".python-version": "python"}
_TOOL_VERSIONS = {
    "nodejs": "node",
    "node": "node",
    "python": "python",
    "poetry": "poetry",
    "pnpm": "pnpm",
}
_MANAGERS = frozenset({"npm", "pnpm", "yarn", "bun"})
_LOCKS = {
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "package-lock.json": "npm",
    "bun.lockb": "bun",
    "bun.lock": "bun",
    "poetry.lock": "poetry",
    "uv.lock": "uv",
    "Pipfile.lock": "pipenv",
}
_COMPOSE = re.compile(r"(docker-)?compose([.-][\w-]+)*\.ya?ml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """A tool that a file asks for.  range: the versions that do; empty: any.

    deploys: it decides what runs on the server, not only what a developer types.
    """

    tool: str
    source: SourceRef
    range: str = ""


def wanted(source: Source) -> tuple[Want, ...]:
    """Return what the project's files ask for, in the order of their paths, each place once."""
    found: list[Want] = []
    for path in source.paths:
        found += _of(path, source)
    return tuple(dict.fromkeys(found))


def _of(path: str, source: Source) -> Iterator[Want]:
    name = PurePosixPath(path).name
    if name in _PINS:
        yield from _pin(path, _PINS[name], source.text(path))
    elif name == ".tool-versions":
        yield from _tool_versions(path, source.text(path))
    elif name == "package.json":
        yield from _package(path, source.text(path))
    elif name == "pyproject.toml":
        yield from _project(path, source.text(path))
    elif name in _LOCKS:
        yield from _lock(path, _LOCKS[name], source)
    elif name.startswith("Dockerfile") or name.endswith(".Dockerfile"):
        yield Want(tool="docker", source=SourceRef(path=path))
        yield from _bases(path, source.text(path))
    elif _COMPOSE.fullmatch(name):
        yield Want(tool="docker", source=SourceRef(path=path))
    elif name == "railway.toml":
        yield Want(tool="railway", source=SourceRef(path=path))


def _pin(path: str, tool: str, text: str) -> Iterator[Want]:
    line = next((item.strip() for item in text.split("\n") if item.strip()), "")
    if line:
        yield Want(tool=tool, range=line.removeprefix("v"), source=SourceRef(path=path, line=1))


def _tool_versions(path: str, text: str) -> Iterator[Want]:
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split()
        if len(words) > 1 and words[0] in _TOOL_VERSIONS:
            place = SourceRef(path=path, line=number)
            yield Want(tool=_TOOL_VERSIONS[words[0]], range=words[1], source=place)


def _package(path: str, text: str) -> Iterator[Want]:
    content = json_of(text)
    yield Want(tool="node", source=SourceRef(path=path))
    for tool, wish in mapping(content.get("engines")).items():
        if tool in {"node", *_MANAGERS} and isinstance(wish, str):
            place = SourceRef(path=path, line=line_of(text, rf'"{tool}"\s*:'))
            yield Want(tool=tool, range=wish, source=place)
    manager, _, version = str(content.get("packageManager") or "").partition("@")
    if manager in _MANAGERS:
        place = SourceRef(path=path, line=line_of(text, '"packageManager"'))
        major = version.split(".")[0]
        yield Want(
            tool=manager,
            range=f">={version.partition('+')[0]} <{int(major) + 1}" if major.isdigit() else "",
            source=place,
        )
    for tool, wish in mapping(content.get("volta")).items():
        if tool in {"node", *_MANAGERS} and isinstance(wish, str):
            place = SourceRef(path=path, line=line_of(text, '"volta"'))
            yield Want(tool=tool, range=wish, source=place)


def _project(path: str, text: str) -> Iterator[Want]:
    content = toml_of(text)
    wish = mapping(content.get("project")).get("requires-python")
    poetry = mapping(mapping(content.get("tool")).get("poetry"))
    if isinstance(wish, str):
        place = SourceRef(path=path, line=line_of(text, r"requires-python"))
        yield Want(tool="python", range=wish, source=place)
    python = mapping(poetry.get("dependencies")).get("python")
    if isinstance(python, str):
        place = SourceRef(path=path, line=line_of(text, r"^python\s*="))
        yield Want(tool="python", range=python, source=place)
    if poetry:
        place = SourceRef(path=path, line=line_of(text, r"\[tool\.poetry"))
        yield Want(tool="poetry", range=str(poetry.get("requires-poetry") or ""), source=place)


def _lock(path: str, tool: str, source: Source) -> Iterator[Want]:
    wish = ""
    if tool == "pnpm":
        wish = pnpm_range(source.text(path))
    beside = f"{directory_of(path)}/package.json".lstrip("/")
    named = str(json_of(source.text(beside)).get("packageManager") or "") if wish else ""
    yield Want(tool=tool, range="" if named else wish, source=SourceRef(path=path))


def pnpm_range(lock: str) -> str:
    """Return the versions of pnpm that write this form of the lock file.

    https://pnpm.io/next/git#lockfiles: 9.0 is written by pnpm 9 and later, 6.x by 8.
    """
    version = str(yaml_of(lock[:2000].partition("\n\n")[0]).get("lockfileVersion") or "")
    return {"9": ">=9", "6": ">=8 <9", "5": ">=6 <8"}.get(version.split(".", maxsplit=1)[0], "")


def _bases(path: str, text: str) -> Iterator[Want]:
    for number, line in enumerate(text.split("\n"), 1):
        match = _FROM.match(line)
        tag = match["tag"].partition("-")[0] if match else ""
        if match and re.fullmatch(r"\d+(\.\d+)*", tag):
            place = SourceRef(path=path, line=number)
            yield Want(tool=match["name"].lower(), range=tag, source=place)


def version_wanted(wants: tuple[Want, ...], tool: str, directory: str) -> str:
    """Return the version of a language for a directory: `3.12`, `20`; empty where none says it.

    What the directory's image is made from counts first, for that is what runs; then what its
    own files pin, then those of the directories above it.
    """
    parents = [directory]
    while parents[-1]:
        parents.append(directory_of(parents[-1]))
    for place in parents:
        here = [
            want
            for want in wants
            if want.tool == tool and want.range and directory_of(want.source.path) == place
        ]
        here.sort(key=lambda want: "Dockerfile" not in want.source.path)
        for want in here:
            low = lowest(want.range)
            if low:
                return shown(low[: 2 if tool == "python" else 1])
    return ""
