"""The steps of a CI job: the language, the packages, the commands.  Pure."""

from __future__ import annotations

from typing import Any

from shipway.toolchain.parts import Language, Part
from shipway.toolchain.reading import directory_of, within

CHECKOUT: dict[str, Any] = {"uses": "actions/checkout@v5"}
PYTHON_ACTION = "actions/setup-python@v6"
NODE_ACTION = "actions/setup-node@v5"
PNPM_ACTION = "pnpm/action-setup@v4"
UV_ACTION = "astral-sh/setup-uv@v6"
PYTHON_DEFAULT = "3.12"
NODE_DEFAULT = "20"
PNPM_DEFAULT = "9"
SETUP_PYTHON: dict[str, Any] = {"uses": PYTHON_ACTION, "with": {"python-version": PYTHON_DEFAULT}}


def setup_steps(part: Part) -> list[dict[str, Any]]:
    """Return the steps up to installed packages."""
    return _python(part) if part.language is Language.PYTHON else _node(part)


def work_steps(part: Part) -> list[dict[str, Any]]:
    """Return the steps that look at the code; one that says so where it declares none."""
    steps: list[dict[str, Any]] = [
        {"name": command.title, "run": command.line} for command in part.commands
    ]
    if any("--cov-report=xml" in command.line for command in part.commands):
        steps.append(
            {
                "name": "Keep the coverage report",
                "uses": "actions/upload-artifact@v4",
                "with": {
                    "name": f"coverage-{part.name}",
                    "path": within(part.directory, "coverage.xml"),
                },
            }
        )
    if not steps and part.language is Language.PYTHON:
        steps.append({"name": "Every file is Python", "run": "python -m compileall -q ."})
    return steps


def _python(part: Part) -> list[dict[str, Any]]:
    version = part.version or PYTHON_DEFAULT
    if part.manager == "uv":
        return [
            {"uses": UV_ACTION, "with": {"python-version": version, "enable-cache": True}},
            _install(part, "uv sync --frozen" if part.lock else "uv sync"),
        ]
    setup: dict[str, Any] = {"uses": PYTHON_ACTION, "with": {"python-version": version}}
    if part.manager == "poetry":
        if part.lock:
            setup["with"] |= {"cache": "poetry", "cache-dependency-path": part.lock}
        return [
            {"name": "Install Poetry", "run": "pipx install poetry", "working-directory": "."},
            setup,
            _install(part, "poetry install --no-interaction"),
        ]
    if part.manager == "pipenv":
        setup["with"] |= {"cache": "pipenv"}
        return [setup, _install(part, "pip install pipenv && pipenv sync --dev")]
    if part.requirements:
        setup["with"] |= {
            "cache": "pip",
            "cache-dependency-path": "\n".join(part.requirements),
        }
        names = " ".join(f"-r {path.rpartition('/')[2]}" for path in part.requirements)
        return [setup, _install(part, f"pip install {names}")]
    return [setup, _install(part, "pip install .")]


def _node(part: Part) -> list[dict[str, Any]]:
    setup: dict[str, Any] = {
        "uses": NODE_ACTION,
        "with": {"node-version": part.version or NODE_DEFAULT},
    }
    if part.manager == "bun":
        return [
            {"uses": "oven-sh/setup-bun@v2"},
            setup,
            _install(part, "bun install --frozen-lockfile"),
        ]
    if part.lock:
        setup["with"] |= {"cache": part.manager, "cache-dependency-path": part.lock}
    if part.manager == "pnpm":
        pnpm = {"uses": PNPM_ACTION, "with": {"version": part.manager_version or PNPM_DEFAULT}}
        line = "pnpm install --frozen-lockfile" if part.lock else "pnpm install"
        return [pnpm, setup, _install(part, line)]
    if part.manager == "yarn":
        line = "yarn install --frozen-lockfile" if part.lock else "yarn install"
        return [setup, _install(part, line)]
    return [setup, _install(part, "npm ci" if part.lock else "npm install")]


def _install(part: Part, line: str) -> dict[str, Any]:
    """Return the step; a workspace is installed where its lock file lies."""
    step = {"name": "Install packages", "run": line}
    above = part.lock and directory_of(part.lock) != part.directory
    return {**step, "working-directory": directory_of(part.lock) or "."} if above else step
