"""Artifacts on disk: what a build made, who has it, under which tags; pruning.

Invariant: `artifacts/HASH` is complete or not there.  The index says which projects have
an artifact; it is removed with the last of them, and never while an instance stands on it.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from shipway.engines.process.dockerfile import Image
from shipway.engines.process.layout import Layout
from shipway.files import replace_file
from shipway.model.workload import Artifact
from shipway.ports import Output

LEFTOVER_S = 6 * 3600.0  # longer than any build's deadline
FRESH_S = 3600.0  # a build under way has its environment before it has its artifact
NODE_KEPT_S = 30 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a build left behind: `artifact.json`.

    paths: the container's paths that lie in `tree`.  venvs: those that mean the Python
    environment.  dependencies: that environment's key.  notes: what was left out.
    """

    image: Image
    paths: tuple[str, ...] = ()
    venvs: tuple[str, ...] = ()
    dependencies: str | None = None
    notes: tuple[str, ...] = field(default=())

    def dump(self) -> str:
        """Return the file's text."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def load(cls, text: str) -> Record:
        """Read the file's text."""
        value: dict[str, Any] = json.loads(text)
        image = value["image"]
        return cls(
            image=Image(
                **{
                    **image,
                    "entrypoint": tuple(image["entrypoint"]),
                    "command": tuple(image["command"]),
                }
            ),
            paths=tuple(value["paths"]),
            venvs=tuple(value["venvs"]),
            dependencies=value["dependencies"],
            notes=tuple(value["notes"]),
        )


@dataclass(frozen=True, slots=True)
class Artifacts:
    """The artifacts of a state directory."""

    layout: Layout

    def record(self, reference: str) -> Record | None:
        """Return the record of a tree, None where it is not (whole)."""
        try:
            return Record.load((self.layout.artifact(reference) / "artifact.json").read_text())
        except FileNotFoundError:
            return None

    def tree(self, reference: str) -> Path:
        """Return the directory that stands for the image's file system."""
        return self.layout.artifact(reference) / "tree"

    def has(self, project: str, artifact: Artifact) -> None:
        """Ensure that the index knows the project's artifact."""
        with self._index() as index:
            entries = index.setdefault(project, {}).setdefault("artifacts", {})
            entries[artifact.reference] = artifact.name

    def tag(self, project: str, artifact: Artifact, tag: str) -> None:
        """Ensure that `tag` of this service means this artifact."""
        with self._index() as index:
            tags = index.setdefault(project, {}).setdefault("tags", {})
            tags[f"{artifact.service}:{tag}"] = artifact.reference

    def tags(self, project: str) -> Mapping[str, str]:
        """Return the project's tags, `service:tag` to reference."""
        tags: dict[str, str] = self._read().get(project, {}).get("tags", {})
        return tags

    def prune(
        self, project: str, keep: Sequence[Artifact], used: Iterable[str], output: Output
    ) -> int:
        """Forget the project's artifacts that are not kept; return the bytes freed.

        used: references on which instances stand; those stay.
        """
        kept = {artifact.reference for artifact in keep} | set(used)
        with self._index() as index:
            entry = index.get(project, {})
            dropped = [name for name in entry.get("artifacts", {}) if name not in kept]
            for reference in dropped:
                del entry["artifacts"][reference]
            entry["tags"] = {
                tag: reference
                for tag, reference in entry.get("tags", {}).items()
                if reference not in dropped
            }
            if not entry.get("artifacts"):
                index.pop(project, None)
            held = {name for other in index.values() for name in other.get("artifacts", {})}
        freed = 0
        for reference in dropped:
            folder = self.layout.artifact(reference)
            if reference not in held and folder.exists():
                freed += remove_tree(folder)
                output(f"removed artifact {reference.removeprefix('sha256:')[:12]}")
        return freed

    def prune_dependencies(self, used: Iterable[str], output: Output) -> int:
        """Remove environments that nothing uses, and what builds that died left behind.

        used: those of instances.  Builds copy node_modules, so theirs only go by age.
        Returns the bytes freed.
        """
        kept = set(used)
        now = time.time()
        freed = 0
        for folder in sorted((self.layout.root / "artifacts").glob("*")):
            record = self.record(folder.name)
            if record is not None and record.dependencies:
                kept.add(record.dependencies)
            elif folder.name.startswith(".") and now - folder.stat().st_mtime > LEFTOVER_S:
                freed += remove_tree(folder)
        for folder in sorted((self.layout.root / "environments").glob("*")):
            fresh = now - folder.stat().st_mtime < (
                NODE_KEPT_S if folder.name.startswith("node-") else FRESH_S
            )
            if folder.name in kept or fresh:
                continue
            with self.layout.locked(f"environment-{folder.name}"):
                freed += remove_tree(folder)
            output(f"removed the dependencies {folder.name[:12]}")
        return freed

    def _index(self) -> _Index:
        return _Index(self.layout)

    def _read(self) -> dict[str, dict[str, Any]]:
        return _read(self.layout.root / "index.json")


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        index: dict[str, dict[str, Any]] = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    return index


class _Index:
    """The index, held under its lock and written back when it changed."""

    def __init__(self, layout: Layout) -> None:
        self._path = layout.root / "index.json"
        self._lock = layout.locked("index")

    def __enter__(self) -> dict[str, dict[str, Any]]:
        self._lock.__enter__()
        self._index = _read(self._path)
        self._before = json.dumps(self._index)
        return self._index

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None and json.dumps(self._index) != self._before:
                replace_file(self._path, json.dumps(self._index, indent=1, sort_keys=True))
        finally:
            self._lock.__exit__(None, None, None)


def remove_tree(folder: Path) -> int:
    """Remove a directory; return the bytes that only it held."""
    freed = 0
    for base, _, files in os.walk(folder):
        for name in files:
            status = os.lstat(os.path.join(base, name))  # noqa: PTH118 - many files
            freed += status.st_blocks * 512 if status.st_nlink == 1 else 0
    doomed = folder.with_name(f".{folder.name}.removed")
    shutil.rmtree(doomed, ignore_errors=True)
    folder.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)
    return freed
