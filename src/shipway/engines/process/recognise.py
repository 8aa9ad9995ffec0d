"""Which commands of a RUN this engine can do, and how.  Pure.

A RUN was written for a container of its own, as root: `apt-get install` must never touch
this machine.  So only what stays inside the build's directories is done: installing the
application's own dependencies, its own build scripts, directories and modes.  The rest is
named to the user.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PIP_WITH_VALUE = frozenset(
    {
        *("-i", "--index-url", "--extra-index-url", "--prefix", "--target", "-t", "--cache-dir"),
        *("--find-links", "-f", "--root", "--wheel-dir", "-w", "--timeout", "--retries"),
        *("--python", "--trusted-host", "--progress-bar", "--src"),
    }
)
SCRIPTS = frozenset({"npm", "npx", "yarn", "pnpm", "node", "python", "python3", "corepack"})
HARMLESS = frozenset(
    {
        *("apt-get", "apt", "apk", "rm", "chown", "useradd", "adduser", "addgroup", "groupadd"),
        *("set", "echo", "true", "cd", "export", "update-ca-certificates"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PipInstall:
    """Python packages: requirement files, constraints, names; projects are local folders."""

    requirements: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UvSync:
    """`uv sync`: what uv.lock says; whole: the project itself too."""

    whole: bool
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeInstall:
    """`npm ci` with its options."""

    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeVenv:
    """`python -m venv PATH`: the path at which the image would have its environment."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeDirectories:
    """`mkdir -p`."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeExecutable:
    """`chmod +x`."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A command of the application's own tools, run in the build's directory."""

    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A command that is not run; `quietly` where nothing is lost by it."""

    argv: tuple[str, ...]
    quietly: bool = False


Action = (
    PipInstall
    | UvSync
    | NodeInstall
    | MakeVenv
    | MakeDirectories
    | MakeExecutable
    | Script
    | Skipped
)


def recognise(command: Sequence[str]) -> Action:
    """Return what to do for one simple command."""
    words = [*command]
    if words[:3] in (["python", "-m", "pip"], ["python3", "-m", "pip"]):
        words = words[2:]
    if words[:2] == ["uv", "pip"]:
        words = words[1:]
    match words:
        case ["pip" | "pip3", "install" | "wheel", *rest]:
            return _pip(rest)
        case ["uv", "sync", *rest]:
            return _sync(rest)
        case ["npm", "ci" | "install" | "i" | "clean-install", *rest]:
            return _npm(words, rest)
        case ["python" | "python3", "-m", "venv", *rest] | ["virtualenv" | "uv", "venv", *rest]:
            paths = [word for word in rest if not word.startswith("-")]
            return MakeVenv(path=paths[0] if paths else ".venv")
        case ["mkdir", *rest]:
            return MakeDirectories(paths=tuple(word for word in rest if word[:1] != "-"))
        case ["chmod", mode, *rest] if "x" in mode or mode.endswith(("5", "7")):
            return MakeExecutable(paths=tuple(word for word in rest if word[:1] != "-"))
        case [program, *_] if program in SCRIPTS:
            return Script(argv=tuple(words))
    quietly = bool(words) and words[0] in HARMLESS and "install" not in words
    return Skipped(argv=tuple(words), quietly=quietly)


def _pip(rest: Sequence[str]) -> PipInstall:
    requirements: list[str] = []
    constraints: list[str] = []
    projects: list[str] = []
    packages: list[str] = []
    words = iter(rest)
    for word in words:
        option, mark, value = word.partition("=")
        if option in ("-r", "--requirement", "-c", "--constraint", "-e", "--editable"):
            value = value if mark else next(words, "")
            kind = {"r": requirements, "c": constraints, "e": projects}
            kind[option.lstrip("-")[0]].append(value)
        elif word.startswith("-r") and not mark:
            requirements.append(word[2:])
        elif option in PIP_WITH_VALUE:
            if not mark:
                next(words, None)
        elif word.startswith("-"):
            continue
        elif word.startswith((".", "/")):
            projects.append(word.partition("[")[0])
        elif word not in ("pip", "setuptools", "wheel", "uv"):
            packages.append(word)
    return PipInstall(
        requirements=tuple(requirements),
        constraints=tuple(constraints),
        packages=tuple(packages),
        projects=tuple(projects),
    )


def _sync(rest: Sequence[str]) -> UvSync:
    kept, words = [], iter(rest)
    for word in words:
        if word in ("--extra", "--group", "--no-group", "--only-group", "--package"):
            kept += [word, next(words, "")]
        elif word in ("--all-extras", "--no-dev", "--all-groups", "--no-default-groups"):
            kept.append(word)
    return UvSync(whole="--no-install-project" not in rest, options=tuple(kept))


def _npm(words: Sequence[str], rest: Sequence[str]) -> NodeInstall | Script | Skipped:
    if any(word in ("-g", "--global", "--location=global") for word in rest):
        return Skipped(argv=tuple(words))
    if any(not word.startswith("-") for word in rest):
        return Script(argv=tuple(words))
    return NodeInstall(options=tuple(rest))
