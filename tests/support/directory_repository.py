"""A repository that is a plain directory, neither encrypted nor deduplicated: for tests.

It keeps the contract that `tests/backup/test_repositories.py` states.
"""

from __future__ import annotations

import json
import os
import shutil
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from shipway.errors import Problem
from shipway.files import replace_file
from shipway.ports import Cancelled, Output
from shipway.ports_repository import RepositoryStats, Snapshot, StoredObject


class DirectoryRepository:
    """See `shipway.ports_repository.Repository`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("snapshots", "objects", "making"):
            (root / name).mkdir(parents=True, exist_ok=True)

    @property
    def where(self) -> str:
        return str(self.root)

    def put(
        self,
        tree: Path,
        *,
        tags: Mapping[str, str],
        exclude: Sequence[str] = (),
        output: Output = lambda _line: None,
        cancelled: Cancelled = lambda: False,
    ) -> Snapshot:
        identifier = uuid.uuid4().hex
        making = self.root / "making" / identifier
        left_out = {str(tree / name) for name in exclude}

        def ignore(folder: str, names: list[str]) -> list[str]:
            return [name for name in names if os.path.join(folder, name) in left_out]  # noqa: PTH118

        shutil.copytree(tree, making / "tree", symlinks=True, ignore=ignore)
        if cancelled():
            shutil.rmtree(making)
            raise Problem("cancelled", "the backup was cancelled.")
        size = sum(path.lstat().st_size for path in tree.rglob("*") if path.is_file())
        output(f"{size} bytes")
        about = {"at": time.time(), "bytes": size, "tags": dict(tags)}
        (making / "about.json").write_text(json.dumps(about))
        making.rename(self.root / "snapshots" / identifier)
        return Snapshot(id=identifier, at=float(str(about["at"])), bytes=size, tags=dict(tags))

    def snapshots(self, tags: Mapping[str, str] | None = None) -> tuple[Snapshot, ...]:
        found = []
        for folder in (self.root / "snapshots").iterdir():
            about = json.loads((folder / "about.json").read_text())
            if (tags or {}).items() <= about["tags"].items():
                found.append(Snapshot(id=folder.name, **about))
        return tuple(sorted(found, key=lambda snapshot: -snapshot.at))

    def restore(self, snapshot: str, target: Path, *, cancelled: Cancelled = lambda: False) -> None:
        source = self.root / "snapshots" / snapshot / "tree"
        if not snapshot or not source.is_dir():
            raise Problem("no-snapshot", f"there is no snapshot {snapshot} in {self.where}.")
        if cancelled():
            raise Problem("cancelled", "the restore was cancelled.")
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)

    def forget(self, snapshots: Sequence[str]) -> int:
        before = self.stats().stored_bytes
        for snapshot in snapshots:
            shutil.rmtree(self.root / "snapshots" / snapshot, ignore_errors=True)
        return before - self.stats().stored_bytes

    def put_object(self, name: str, content: bytes) -> None:
        path = self.root / "objects" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content)

    def get_object(self, name: str) -> bytes:
        try:
            return (self.root / "objects" / name).read_bytes()
        except FileNotFoundError:
            raise Problem("no-object", f"there is no {name} in {self.where}.") from None

    def objects(self, prefix: str = "") -> tuple[StoredObject, ...]:
        base = self.root / "objects"
        found = []
        for folder, _, files in os.walk(base):
            for file in files:
                path = Path(folder) / file
                name = path.relative_to(base).as_posix()
                if name.startswith(prefix):
                    facts = path.stat()
                    found.append(StoredObject(name=name, bytes=facts.st_size, at=facts.st_mtime))
        return tuple(sorted(found, key=lambda item: item.name))

    def delete_objects(self, names: Sequence[str]) -> None:
        for name in names:
            (self.root / "objects" / name).unlink(missing_ok=True)

    def check(self, *, read_data: bool = False, percent: int = 100) -> None:
        del read_data, percent

    def stats(self) -> RepositoryStats:
        size = sum(path.stat().st_size for path in self.root.rglob("*") if path.is_file())
        return RepositoryStats(
            stored_bytes=size,
            snapshots=len(self.snapshots()),
            free_bytes=shutil.disk_usage(self.root).free,
        )

    def touch(self, at: float) -> None:
        """Let all objects have come at that moment, as a copy of a directory has it."""
        for path in (self.root / "objects").rglob("*"):
            os.utime(path, (at, at))
