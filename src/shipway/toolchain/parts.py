"""The parts of a repository: each directory with a manifest of its own, and how it is worked on.

A part is what CI sets up once: a language, a package manager, its lock file, and the commands
that lint, type-check, test and build it, as far as its own files declare them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from shipway.toolchain.ranges import lowest, shown
from shipway.toolchain.reading import Source, directory_of, json_of, mapping, toml_of, within
from shipway.toolchain.wanted import Want, version_wanted, wanted

PARTS_MAX = 40
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_ASIDE = frozenset({"test", "tests", "testing", "fixtures", "testdata", "examples", "samples"})
_NODE_LOCKS = (
    ("pnpm-lock.yaml", "pnpm"),
    ("yarn.lock", "yarn"),
    ("bun.lockb", "bun"),
    ("bun.lock", "bun"),
    ("package-lock.json", "npm"),
    ("npm-shrinkwrap.json", "npm"),
)
_PYTHON_LOCKS = (("poetry.lock", "poetry"), ("uv.lock", "uv"), ("Pipfile.lock", "pipenv"))
_SCRIPTS = (
    ("lint", ("lint", "eslint")),
    ("types", ("type-check", "typecheck", "types", "tsc", "check-types")),
    ("test", ("test:unit", "test", "vitest")),
    ("build", ("build",)),
)
_NO_TEST = re.compile(r"no test specified")
TITLES = {"lint": "Lint", "types": "Type check", "test": "Test", "build": "Build"}


class Language(StrEnum):
    """What a part is written in."""

    PYTHON = "python"
    NODE = "node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something that CI runs.  kind: lint, types, test or build."""

    kind: str
    line: str

    @property
    def title(self) -> str:
        """Return what it is in words."""
        return TITLES[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A directory with a manifest.  directory: empty for the root.

    version: of the language; empty where no file says it.  lock: the lock file's path, which
    may lie above (a workspace); empty without one.  requirements: what pip installs.
    """

    name: str
    directory: str
    language: Language
    manager: str
    manager_version: str = ""
    version: str = ""
    lock: str = ""
    requirements: tuple[str, ...] = ()
    libraries: frozenset[str] = frozenset()
    commands: tuple[Command, ...] = ()


def parts(source: Source) -> tuple[Part, ...]:
    """Return the parts of a project, in the order of their directories."""
    wants = wanted(source)
    found: list[Part] = []
    for directory in _directories(source):
        found += _python(directory, source, wants)
        found += _node(directory, source, wants)
    return tuple(found[:PARTS_MAX])


def _directories(source: Source) -> list[str]:
    manifests = ("package.json", "pyproject.toml", "Pipfile", "requirements.txt", "requirements.in")
    return sorted(
        {
            directory_of(path)
            for path in source.paths
            if PurePosixPath(path).name in manifests
            and not _ASIDE.intersection(path.lower().split("/")[:-1])
        }
    )


def _python(directory: str, source: Source, wants: tuple[Want, ...]) -> list[Part]:
    project = toml_of(source.text(within(directory, "pyproject.toml")))
    listed = _requirements(directory, source)
    tool = mapping(project.get("tool"))
    lock, manager = _lock(directory, source, _PYTHON_LOCKS)
    if not manager:
        manager = "poetry" if "poetry" in tool else "uv" if "uv" in tool else "pip"
    if not (project.get("project") or "poetry" in tool or listed or lock):
        return []
    libraries = _python_libraries(project, [source.text(path) for path in listed])
    if manager == "pip" and not listed and not project.get("project"):
        return []
    return [
        Part(
            name=directory.rpartition("/")[2] or "backend",
            directory=directory,
            language=Language.PYTHON,
            manager=manager,
            version=version_wanted(wants, "python", directory),
            lock=lock,
            requirements=tuple(listed) if manager == "pip" else (),
            libraries=libraries,
            commands=tuple(_python_commands(directory, source, tool, libraries, manager)),
        )
    ]


def _requirements(directory: str, source: Source) -> list[str]:
    """Return the requirement files of a directory: what runs, then what tests need."""
    names = [
        path
        for path in source.paths
        if directory_of(path) == directory
        and re.fullmatch(
            r"requirements([-_.](dev|test|tests|ci|lint))?\.txt|(dev|test)-requirements\.txt",
            PurePosixPath(path).name,
        )
    ]
    return sorted(names, key=lambda path: (PurePosixPath(path).name != "requirements.txt", path))


def _python_libraries(project: dict[str, Any], texts: list[str]) -> frozenset[str]:
    poetry = mapping(mapping(project.get("tool")).get("poetry"))
    own = mapping(project.get("project"))
    lines = [*own.get("dependencies", ())]
    for group in (
        *mapping(own.get("optional-dependencies")).values(),
        *mapping(project.get("dependency-groups")).values(),
    ):
        lines += [item for item in group if isinstance(item, str)]
    for text in texts:
        lines += [line for line in text.split("\n") if not line.lstrip().startswith(("-", "#"))]
    names = [match[0] for line in lines if (match := _NAME.match(str(line).strip()))]
    names += mapping(poetry.get("dependencies"))
    names += mapping(poetry.get("dev-dependencies"))
    for group in mapping(poetry.get("group")).values():
        names += mapping(mapping(group).get("dependencies"))
    return frozenset(name.lower().replace("_", "-") for name in names)


def _python_commands(
    directory: str, source: Source, tool: dict[str, Any], libraries: frozenset[str], manager: str
) -> list[Command]:
    prefix = {"poetry": "poetry run ", "uv": "uv run ", "pipenv": "pipenv run "}.get(manager, "")
    found = []
    if "ruff" in libraries or ("ruff" in tool and manager != "pip"):
        found.append(Command(kind="lint", line=f"{prefix}ruff check ."))
    elif "flake8" in libraries:
        found.append(Command(kind="lint", line=f"{prefix}flake8 ."))
    if "mypy" in libraries:
        found.append(Command(kind="types", line=f"{prefix}mypy ."))
    elif "pyright" in libraries:
        found.append(Command(kind="types", line=f"{prefix}pyright"))
    if "pytest" in libraries:
        coverage = " --cov --cov-report=xml" if "pytest-cov" in libraries else ""
        found.append(Command(kind="test", line=f"{prefix}pytest{coverage}"))
    elif _has_tests(directory, source):
        found.append(Command(kind="test", line=f"{prefix}python -m unittest discover"))
    return found


def _has_tests(directory: str, source: Source) -> bool:
    start = f"{directory}/" if directory else ""
    return any(
        path.startswith(start) and re.search(r"(^|/)test_\w+\.py$", path) for path in source.paths
    )


def _node(directory: str, source: Source, wants: tuple[Want, ...]) -> list[Part]:
    path = within(directory, "package.json")
    content = json_of(source.text(path))
    if not content:
        return []
    lock, manager = _lock(directory, source, _NODE_LOCKS)
    named, _, version = str(content.get("packageManager") or "").partition("@")
    if (
        not lock
        and not named
        and content.get("private")
        and not content.get("dependencies")
        and not content.get("devDependencies")
    ):
        return []
    manager = named if named in {"pnpm", "yarn", "npm", "bun"} else manager or "npm"
    scripts = {key: str(value) for key, value in mapping(content.get("scripts")).items()}
    libraries = {
        *mapping(content.get("dependencies")),
        *mapping(content.get("devDependencies")),
    }
    return [
        Part(
            name=directory.rpartition("/")[2] or "frontend",
            directory=directory,
            language=Language.NODE,
            manager=manager,
            manager_version=version.partition("+")[0]
            or _manager_version(wants, manager, directory),
            version=version_wanted(wants, "node", directory),
            lock=lock,
            libraries=frozenset(libraries),
            commands=tuple(_node_commands(scripts, manager)),
        )
    ]


def _manager_version(wants: tuple[Want, ...], manager: str, directory: str) -> str:
    """Return the major version of a package manager that a lock file or `engines` asks for."""
    for place in dict.fromkeys((directory, "")):
        for want in wants:
            if want.tool == manager and want.range and directory_of(want.source.path) == place:
                low = lowest(want.range)
                if low:
                    return shown(low[:1])
    return ""


def _node_commands(scripts: dict[str, str], manager: str) -> list[Command]:
    found = []
    for kind, names in _SCRIPTS:
        name = next((item for item in names if item in scripts), None)
        if name is not None and not _NO_TEST.search(scripts[name]):
            found.append(Command(kind=kind, line=f"{manager} run {name}"))
    return found


def _lock(directory: str, source: Source, known: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    """Return (path of the lock file, its manager): of the directory, else of one above it."""
    place = directory
    while True:
        for name, manager in known:
            path = within(place, name)
            if path in source.paths:
                return path, manager
        if not place:
            return "", ""
        place = directory_of(place)
