"""Which Compose files of a project belong together, and which of them are deployed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from shipway.checks.facts.compose import ComposeView
from shipway.checks.facts.files import Files
from shipway.checks.facts.paths import aside
from shipway.checks.facts.positions import read_positions
from shipway.spec.composition import default_files

DEFAULT_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_DEVELOPMENT = re.compile(
    r"[.\-_](dev|devel|development|local|test|tests|testing|ci|override|debug|e2e)[.\-_]"
)
_DEPLOYED = re.compile(r"[.\-_](prod|production|server|deploy|staging|stage|live)[.\-_]")
_SERVICES = re.compile(r"^[\"']?services[\"']?\s*:", re.MULTILINE)


def for_servers(path: str) -> bool:
    """Return whether a Compose file's name says that servers run it."""
    return bool(_DEPLOYED.search(PurePosixPath(path).name))


def compose_views(files: Files) -> tuple[ComposeView, ...]:
    """Return the sets of Compose files, deployed ones first."""
    named = _named_by_spec(files)
    views = [ComposeView(files.root, named, files, deployed=True)] if named else []
    by_directory: dict[str, list[str]] = {}
    for path in files.named("*compose*.yml", "*compose*.yaml"):
        known = path in named or aside(path)
        if not known and _SERVICES.search(files.text(path)):
            by_directory.setdefault(str(PurePosixPath(path).parent), []).append(path)
    for paths in by_directory.values():
        views += _views_of_directory(files, paths, named)
    return tuple(sorted(views, key=lambda view: not view.deployed))


def _named_by_spec(files: Files) -> tuple[str, ...]:
    for name in ("shipway.yaml", "shipway.yml"):
        if name in files.paths:
            listed = read_positions(files.text(name)).get("compose").listed()
            listed = listed or default_files(files.root)
            return tuple(path for path in listed if path in files.paths)
    return ()


def _views_of_directory(
    files: Files, paths: list[str], named: tuple[str, ...]
) -> Iterator[ComposeView]:
    spec, names = bool(named), {PurePosixPath(path).name: path for path in paths}
    beside = {PurePosixPath(path).name: path for path in named if _beside(path, paths[0])}
    base = next((found for name in DEFAULT_NAMES if (found := (names | beside).get(name))), None)
    deployed = [path for path in names.values() if for_servers(path)]
    for name, path in names.items():
        if _DEVELOPMENT.search(name):
            together = (path,) if base is None else (base, path)
            yield ComposeView(files.root, together, files, deployed=False)
        elif path in deployed:
            yield _deployed_view(files, base, path, deployed=not spec)
        else:
            yield ComposeView(files.root, (path,), files, deployed=not (spec or deployed))


def _beside(one: str, other: str) -> bool:
    return PurePosixPath(one).parent == PurePosixPath(other).parent


def _deployed_view(files: Files, base: str | None, path: str, *, deployed: bool) -> ComposeView:
    """Return a file for servers, on top of the default one where it is no whole on its own."""
    services = read_positions(files.text(path)).get("services").items.values()
    whole = all(item.get("image") or item.get("build") or item.get("extends") for item in services)
    together = (path,) if whole or base is None else (base, path)
    return ComposeView(files.root, together, files, deployed=deployed)
