"""Which libraries a project declares, by name."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from shipway.checks.facts.files import Files
from shipway.checks.facts.paths import aside

_REQUIREMENT = re.compile(r"^\s*[\"']?([A-Za-z][A-Za-z0-9._-]*)", re.MULTILINE)
_RUN = re.compile(r"\b(?:npm|pnpm|yarn|bun)(?: run)? (?P<name>[\w:.-]+)")


def dependencies(files: Files) -> frozenset[str]:
    """Return the names in requirements, pyproject.toml, Pipfile and package.json, lower case."""
    found: set[str] = set()
    for path in files.named("requirements*.txt", "requirements*.in", "Pipfile"):
        if not aside(path):
            found |= {name.lower() for name in _REQUIREMENT.findall(files.text(path))}
    for path in files.named("pyproject.toml"):
        found |= _declared(files.text(path))
    for path in files.named("package.json"):
        if not aside(path):
            found |= _packages(files.text(path))
    return frozenset(found)


def _declared(text: str) -> set[str]:
    """Return what a pyproject.toml asks for, in the standard's form and in Poetry's."""
    try:
        content: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return set()
    project = content.get("project", {})
    poetry = content.get("tool", {}).get("poetry", {})
    listed = [*project.get("dependencies", ())]
    for group in project.get("optional-dependencies", {}).values():
        listed += group
    names = [match[1] for item in listed if (match := _REQUIREMENT.match(str(item)))]
    return {name.lower() for name in (*names, *poetry.get("dependencies", {}))}


def _packages(text: str) -> set[str]:
    try:
        content = json.loads(text)
    except ValueError:
        return set()
    if not isinstance(content, dict):
        return set()
    sections = (content.get(key) for key in ("dependencies", "devDependencies"))
    return {name.lower() for item in sections if isinstance(item, dict) for name in item}


def with_scripts_of(package: str, command: str) -> str:
    """Return a command followed by the package.json script that it runs."""
    found = _RUN.search(command)
    try:
        scripts = json.loads(package).get("scripts", {}) if found else {}
    except (ValueError, AttributeError):
        return command
    script = scripts.get(found["name"], "") if found and isinstance(scripts, dict) else ""
    return f"{command} && {script}" if isinstance(script, str) and script else command
