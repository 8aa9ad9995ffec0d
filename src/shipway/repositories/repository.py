"""The port Repository: restic for trees, sealed files for what is small, in one place."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shipway.errors import Problem
from shipway.ports import Cancelled, Output
from shipway.ports_backup import RepositoryStats, Snapshot, StoredObject
from shipway.repositories.blobs import Blobs
from shipway.repositories.failures import failure
from shipway.repositories.places import Place
from shipway.repositories.restic import Restic, moment
from shipway.repositories.sealed import SealedObjects

OWN_TAGS = ("-bytes", "-files", "-root")
EMPTY = ".shipway-empty-directory"
PROBE = "probe"
TOLD_FROM_BYTES = 20_000_000


class ResticRepository:
    """A repository; safe in several threads."""

    def __init__(self, *, place: Place, restic: Restic, objects: SealedObjects, raw: Blobs) -> None:
        self._place = place
        self._restic = restic
        self._objects = objects
        self._raw = raw

    @property
    def where(self) -> str:
        """Return where it is."""
        return self._place.where

    def ensure(self) -> None:
        """Ensure that it is there and can be written to.  Raises Problem."""
        self._objects.put_object(PROBE, b"written and read back")
        if self._objects.get_object(PROBE) != b"written and read back":
            raise failure(self.where, "what is read is not what was written")
        if not any(item.name == "config" for item in self._raw.listed("config")):
            self._restic.init()

    def put(
        self,
        tree: Path,
        *,
        tags: Mapping[str, str],
        exclude: Sequence[str] = (),
        output: Output = lambda _line: None,
        cancelled: Cancelled = lambda: False,
    ) -> Snapshot:
        """Keep the directory's content with tags; see the port."""
        count, size = measure(tree, frozenset(exclude))
        root = tree.stat()
        own = {
            "-bytes": str(size),
            "-files": str(count),
            "-root": f"{stat.S_IMODE(root.st_mode):o}:{root.st_uid}:{root.st_gid}",
        }
        began = time.time()
        with contextlib.ExitStack() as stack:
            source, left_out = tree, exclude
            if not any(name not in exclude for name in os.listdir(tree)):  # noqa: PTH208
                source, left_out = stack.enter_context(_marked()), ()
            summary = self._restic.backup(
                source.resolve(),
                {**tags, **own},
                left_out,
                progress=_told(output),
                cancelled=cancelled,
            )
        identifier = str(summary["snapshot_id"])
        return Snapshot(
            id=identifier,
            at=began,
            bytes=size,
            tags=dict(tags),
            files=count,
            added_bytes=int(summary.get("data_added", 0)),
        )

    def snapshots(self, tags: Mapping[str, str] | None = None) -> tuple[Snapshot, ...]:
        """Return those that carry all these tags, newest first."""
        found = [_snapshot(item) for item in self._restic.snapshots(tags or {})]
        return tuple(sorted(found, key=lambda item: -item.at))

    def restore(self, snapshot: str, target: Path, *, cancelled: Cancelled = lambda: False) -> None:
        """Write the snapshot's content into `target`; owners too where root does it."""
        found = next(
            (item for item in self._restic.snapshots({}) if item["id"].startswith(snapshot)), None
        )
        if found is None:
            raise Problem(
                "no-snapshot",
                f"the repository {self.where} has no backup {snapshot}.",
                hints=["shipway backup list"],
            )
        if target.exists() and any(target.iterdir()):
            raise Problem(
                "target-not-empty",
                f"{target} is not empty; a restore never writes over what is there.",
                hints=["name a directory that does not exist yet"],
            )
        target.mkdir(parents=True, exist_ok=True)
        with self._damage_told():
            self._restic.restore(str(found["id"]), target, cancelled=cancelled)
        (target / EMPTY).unlink(missing_ok=True)
        _as_it_was(target, found.get("tags") or ())

    def forget(self, snapshots: Sequence[str]) -> int:
        """Ensure that these are gone, and what only they held; return the bytes freed."""
        if not snapshots:
            return 0
        before = self._stored()
        self._restic.forget(snapshots)
        return max(0, before - self._stored())

    def put_object(self, name: str, content: bytes) -> None:
        """Ensure that the object has this content."""
        self._objects.put_object(name, content)

    def get_object(self, name: str) -> bytes:
        """Return the content."""
        return self._objects.get_object(name)

    def objects(self, prefix: str = "") -> tuple[StoredObject, ...]:
        """Return the objects whose names begin so, by name."""
        return tuple(item for item in self._objects.objects(prefix) if item.name != PROBE)

    def delete_objects(self, names: Sequence[str]) -> None:
        """Ensure that these are gone."""
        self._objects.delete_objects(names)

    def check(self, *, read_data: bool = False, percent: int = 100) -> None:
        """Read the repository through, or `percent` of its data."""
        with self._damage_told():
            self._restic.check(percent if read_data else 0)

    def stats(self) -> RepositoryStats:
        """Return what it takes."""
        small = sum(item.bytes for item in self._objects.objects())
        return RepositoryStats(
            stored_bytes=self._stored() + small,
            snapshots=sum(1 for _ in self._raw.listed("snapshots/")),
            free_bytes=self._raw.free_bytes(),
        )

    @contextlib.contextmanager
    def _damage_told(self) -> Iterator[None]:
        """Tell data that cannot be read from a place that cannot: the probe can be read then."""
        try:
            yield
        except Problem as problem:
            if problem.kind not in {"repository-unreachable", "repository-failed"}:
                raise
            try:
                self._objects.get_object(PROBE)
            except Problem:
                raise problem from None
            said = "\n".join(problem.details)
            raise failure(self.where, said, kind="repository-damaged") from problem

    def _stored(self) -> int:
        return sum(item.bytes for item in self._raw.listed())


def measure(tree: Path, exclude: frozenset[str]) -> tuple[int, int]:
    """Return how many files are below a directory, and their bytes."""
    count = size = 0
    for here, folders, files in os.walk(tree):
        base = os.path.relpath(here, tree)

        def below(name: str, base: str = base) -> str:
            return name if base == "." else f"{base}/{name}"

        folders[:] = [name for name in folders if below(name) not in exclude]
        for name in files:
            if below(name) in exclude:
                continue
            count += 1
            with contextlib.suppress(OSError):
                size += os.lstat(os.path.join(here, name)).st_size  # noqa: PTH118 - a walk over many
    return count, size


def _snapshot(item: Mapping[str, Any]) -> Snapshot:
    from shipway.repositories.restic_commands import read_tags

    tags = read_tags(item.get("tags") or ())
    return Snapshot(
        id=str(item["id"])[:8],
        at=moment(str(item["time"])),
        bytes=int(tags.get("-bytes", 0)),
        tags={name: value for name, value in tags.items() if name not in OWN_TAGS},
        files=int(tags.get("-files", 0)),
    )


def _as_it_was(target: Path, words: Sequence[str]) -> None:
    from shipway.repositories.restic_commands import read_tags

    mode, _, owner = read_tags(words).get("-root", "").partition(":")
    if not mode:
        return
    target.chmod(int(mode, 8))
    user, _, group = owner.partition(":")
    if os.geteuid() == 0:
        os.chown(target, int(user), int(group))


def _told(output: Output) -> Any:
    def progress(said: dict[str, Any]) -> None:
        done, total = said.get("bytes_done", 0), said.get("total_bytes", 0)
        if total > TOLD_FROM_BYTES:
            output(f"{100 * done // total} % of {total / 1e6:.0f} MB")

    return progress


@contextlib.contextmanager
def _marked() -> Any:
    """Yield a directory with nothing but a mark: restic keeps no empty one."""
    folder = Path(tempfile.mkdtemp(prefix="shipway-empty-"))
    try:
        (folder / EMPTY).touch()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
