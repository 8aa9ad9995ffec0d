"""The commit with the env files beside it that its Compose files name.

Compose reads `env_file` of services from the project's directory, but such files are
mostly not in git.  Where a checkout lacks one that the working directory has, the loader is
given a temporary directory of links in which both are; its paths are put back afterwards.
"""

from __future__ import annotations

import posixpath
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shipway.compose import load
from shipway.compose.template import RequiredVariableError, TemplateError, substitute
from shipway.spec.tree import Found, Tree

KEYS = ("env_file", "label_file")


@contextmanager
def overlaid(tree: Tree, files: Sequence[str], variables: Mapping[str, str]) -> Iterator[Path]:
    """Yield the directory to load from: the checkout itself, or links to it and more."""
    untracked = tuple(_untracked(tree, files, variables))
    if not untracked:
        yield tree.source
        return
    with tempfile.TemporaryDirectory(prefix="shipway-") as name:
        base = Path(name).resolve()
        _link(tree.source, base, {file.shown for file in untracked})
        for file in untracked:
            target = base / file.shown
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(file.path)
        yield base


def put_back(value: Any, base: Path, source: Path) -> Any:
    """Return a model loaded from `base` with its paths below `source`."""
    if base == source:
        return value
    if isinstance(value, Mapping):
        return {key: put_back(item, base, source) for key, item in value.items()}
    if isinstance(value, list):
        return [put_back(item, base, source) for item in value]
    if isinstance(value, str) and (value == str(base) or value.startswith(f"{base}/")):
        return f"{source}{value[len(str(base)) :]}"
    return value


def _untracked(tree: Tree, files: Sequence[str], variables: Mapping[str, str]) -> Iterator[Found]:
    """Yield the named files that only the working directory has."""
    if tree.local is None:
        return
    raw = load(tree.source, files, environment=variables, env_files=(), interpolate=False)
    for path in sorted(set(_named(raw.model, variables))):
        inside = posixpath.relpath(path, tree.source) if path.startswith("/") else path
        if inside.startswith(".."):
            continue
        found = tree.find(inside)
        if found is not None and not found.tracked:
            yield found


def _named(model: Mapping[str, Any], variables: Mapping[str, str]) -> Iterator[str]:
    for service in (model.get("services") or {}).values():
        for key in KEYS:
            items = service.get(key) or ()
            for item in [items] if isinstance(items, str | Mapping) else items:
                path = item.get("path") if isinstance(item, Mapping) else item
                try:
                    yield substitute(str(path), variables.get)
                except (TemplateError, RequiredVariableError):
                    continue  # the loader itself will say so, with file and line


def _link(source: Path, target: Path, apart: set[str]) -> None:
    """Link what `source` holds into `target`; folders that get more files are made anew."""
    parents = {parent for path in apart for parent in Path(path).parents}
    waiting = [Path()]
    while waiting:
        folder = waiting.pop()
        for entry in (source / folder).iterdir():
            inside = folder / entry.name
            if inside in parents and entry.is_dir():
                (target / inside).mkdir()
                waiting.append(inside)
            else:
                (target / inside).symlink_to(entry)
