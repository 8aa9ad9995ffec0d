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
from shipway.ports_repository import OTHER_SERVER, RepositoryStats, Snapshot, StoredObject
from shipway.repositories.blobs import Blobs
from shipway.repositories.failures import failure
from shipway.repositories.places import Place
from shipway.repositories.restic import Restic, moment
from shipway.repositories.sealed import SealedObjects
from shipway.repositories.writer import NAME as WRITER
from shipway.repositories.writer import Writing
from shipway.rights import may_give_away

OWN_TAGS = ("-bytes", "-files", "-root")
EMPTY = ".shipway-empty-directory"
PROBE = "probe"
PROBED = b"written and read back"
TOLD_FROM_BYTES = 20_000_000
OWN_OBJECTS = frozenset((PROBE, WRITER))


class ResticRepository:
    """A repository; safe in several threads.

    writing: asked before anything is written or removed; None: nobody else is there.
    """

    def __init__(
        self,
        *,
        place: Place,
        restic: Restic,
        objects: SealedObjects,
        raw: Blobs,
        writing: Writing | None = None,
    ) -> None:
        self._place = place
        self._restic = restic
        self._objects = objects
        self._raw = raw
        self.writing = writing

    @property
    def where(self) -> str:
        """Return where it is."""
        return self._place.where

    @property
    def small(self) -> SealedObjects:
        """Return the objects, whoever writes: of the writer itself."""
        return self._objects

    def ensure(self) -> None:
        """Ensure that it is there and can be written to, or read where it is full.

        Raises Problem.  A full one says so by itself when something is added to it.
        """
        try:
            self._objects.put_object(PROBE, PROBED)
        except Problem as problem:
            if problem.kind != "repository-full" or not self._objects.objects(PROBE):
                raise
        if self._objects.get_object(PROBE) != PROBED:
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
        self._own()
        count, size, others, others_bytes = measure(tree, frozenset(exclude))
        root = tree.stat()
        own = {
            "-bytes": str(size),
            "-files": str(count),
            "-root": f"{stat.S_IMODE(root.st_mode):o}:{root.st_uid}:{root.st_gid}",
        }
        began = time.time()
        nothing = False
        with contextlib.ExitStack() as stack:
            source, left_out = tree, exclude
            if nothing := not any(name not in exclude for name in os.listdir(tree)):  # noqa: PTH208
                source, left_out = stack.enter_context(_marked()), ()
            summary = self._restic.backup(
                source.resolve(),
                {**tags, **own},
                left_out,
                progress=_told(output),
                cancelled=cancelled,
            )
        if not nothing:  # what it has read itself counts: a tree in use changes meanwhile
            count = others + int(summary["total_files_processed"])
            size = others_bytes + int(summary["total_bytes_processed"])
        identifier = str(summary["snapshot_id"])
        self._drop_if_not_ours(identifier)
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
        self._own()
        before = self._stored()
        self._restic.forget(snapshots)
        return max(0, before - self._stored())

    def put_object(self, name: str, content: bytes) -> None:
        """Ensure that the object has this content."""
        self._own()
        self._objects.put_object(name, content)

    def get_object(self, name: str) -> bytes:
        """Return the content."""
        return self._objects.get_object(name)

    def objects(self, prefix: str = "") -> tuple[StoredObject, ...]:
        """Return the objects whose names begin so, by name."""
        found = self._objects.objects(prefix)
        return tuple(item for item in found if item.name not in OWN_OBJECTS)

    def delete_objects(self, names: Sequence[str]) -> None:
        """Ensure that these are gone."""
        self._own()
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

    def _drop_if_not_ours(self, snapshot: str) -> None:
        """Remove what was kept while another server began: it must not be the newest there."""
        try:
            self._own(anew=True)
        except Problem as problem:
            if problem.kind == OTHER_SERVER:
                self._restic.forget([snapshot])
                raise

    def _own(self, *, anew: bool = False) -> None:
        if self.writing is not None:
            self.writing.ensure(anew=anew)

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


def measure(tree: Path, exclude: frozenset[str]) -> tuple[int, int, int, int]:
    """Return how many files are below a directory, and their bytes; then those of links and such.

    A link to a directory is a file, as every other link is; a socket is none.
    """
    count = size = others = others_bytes = 0
    for here, folders, files in os.walk(tree):
        base = os.path.relpath(here, tree)

        def below(name: str, base: str = base) -> str:
            return name if base == "." else f"{base}/{name}"

        folders[:] = [name for name in folders if below(name) not in exclude]
        links = [name for name in folders if os.path.islink(os.path.join(here, name))]  # noqa: PTH114, PTH118 - a walk over many
        for name in (*files, *links):
            if below(name) in exclude:
                continue
            try:
                facts = os.lstat(os.path.join(here, name))  # noqa: PTH118 - as above
            except OSError:  # gone meanwhile
                continue
            if stat.S_ISSOCK(facts.st_mode):  # it comes back with whoever listens on it
                continue
            count, size = count + 1, size + facts.st_size
            if not stat.S_ISREG(facts.st_mode):
                others, others_bytes = others + 1, others_bytes + facts.st_size
    return count, size, others, others_bytes


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
    if may_give_away():
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
