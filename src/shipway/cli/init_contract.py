"""The contract that `init` proposes: clues from example files, Compose files and settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shipway.model.application import Application
    from shipway.spec.contract.infer import Clue

_NEEDED = re.compile(r"(?<!\$)\$\{(?P<key>[A-Za-z_]\w*):?\?")


def stand_ins(directory: Path) -> dict[str, str]:
    """Return a value for each variable without which the Compose files cannot be read.

    Nobody has set them yet; what is read of the files does not depend on them.
    """
    return dict.fromkeys(_needed(directory), "1")


def _needed(directory: Path) -> dict[str, str]:
    """Return the variables that Compose files cannot do without (`${X:?…}`), and in which."""
    from shipway.spec.composition import default_files

    found: dict[str, str] = {}
    for name in default_files(directory):
        text = (directory / name).read_text(encoding="utf-8", errors="replace")
        plain = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("#"))
        for match in _NEEDED.finditer(plain):
            found.setdefault(match["key"], name)
    return found


def contract_lines(directory: Path, app: Application) -> list[str]:
    """Return `contract:` and its entries; nothing where there is nothing to go by."""
    from shipway.spec.contract.infer import infer

    lines = infer(_clues(directory, app))
    if not lines:
        return []
    heading = ["", "# What variables must be, from what is written in the files named below."]
    heading.append("# Secrets: shipway secret generate --missing, shipway secret set NAME.")
    return [*heading, *lines]


def _clues(directory: Path, app: Application) -> Iterator[Clue]:
    from shipway.checks.facts.env import EnvRole, env_files
    from shipway.checks.facts.files import Files
    from shipway.checks.facts.paths import aside
    from shipway.checks.facts.settings import settings_classes
    from shipway.spec.contract.infer import Clue

    files = Files(directory)
    contexts = _contexts(app)
    for file in env_files(files):
        if file.role is not EnvRole.EXAMPLE or aside(file.path):
            continue
        for item in file.variables:
            comment = item.value.startswith("#")
            yield Clue(
                key=item.key,
                where=file.path,
                value="" if comment else item.value,
                comment=item.value.lstrip("# ") if comment and not item.comment else item.comment,
                section=item.section,
                services=_owners(file.path, contexts),
            )
    for settings in settings_classes(files):
        for one in settings.fields:
            yield Clue(
                key=f"{settings.prefix}{one.name}".upper(),
                where=settings.path,
                needed=one.required,
                services=_owners(settings.path, contexts),
            )
    for key, name in _needed(directory).items():
        yield Clue(key=key, where=name, needed=True)


def _contexts(app: Application) -> dict[str, str]:
    """Return each built service's build directory, relative to the project."""
    root = f"{app.root}/"
    return {
        service.name: (f"{service.definition['build'].get('context', '')}/").removeprefix(root)
        for service in app.services
        if service.build and isinstance(service.definition.get("build"), dict)
    }


def _owners(path: str, contexts: dict[str, str]) -> tuple[str, ...]:
    """Return the services in whose build directory a file lies; nobody where it is everybody."""
    inside = f"{PurePosixPath(path).parent}/"
    owners = tuple(
        name for name, context in contexts.items() if context and inside.startswith(context)
    )
    return () if len(owners) == len(contexts) else owners
