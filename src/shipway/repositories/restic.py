"""One restic repository: commands run, answers read, failures told.

Invariant: a snapshot is there whole or not at all, because restic writes it last.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from shipway.errors import Problem
from shipway.files import replace_file
from shipway.ports import Cancelled
from shipway.repositories import restic_commands as commands
from shipway.repositories.blobs import reserve_bytes
from shipway.repositories.failures import failure, kind_of
from shipway.repositories.key import RecoveryKey
from shipway.repositories.places import DirectoryPlace, Place
from shipway.repositories.running import Done, run
from shipway.tools import require_tool

WORK_DEADLINE_S = 12 * 3600.0
ASK_DEADLINE_S = 300.0
SOME_UNREAD = 3
"""Restic's exit code where it has made a snapshot without some files."""
UNREAD_KEPT = 5
RETRYING_S = 90.0
LOCAL_RETRYING_S = 10.0
"""What a disk does not give at once it does not give a minute later either."""


class Restic:
    """Runs restic on the repository at `place`.

    work: a private directory for its cache and the key's file.
    retrying_s: how long it may go on asking for what a store does not give; None: as long as
    is of use for such a place.
    """

    def __init__(
        self, *, place: Place, key: RecoveryKey, work: Path, retrying_s: float | None = None
    ) -> None:
        self.place = place
        self._key = key
        self._work = work
        local = isinstance(place, DirectoryPlace)
        usual_s = LOCAL_RETRYING_S if local else RETRYING_S
        self._retrying_s = usual_s if retrying_s is None else retrying_s
        self._writing = threading.RLock()
        self._removing = threading.RLock()  # nothing goes while somebody restores

    def init(self) -> None:
        """Make the repository."""
        if isinstance(self.place, DirectoryPlace):
            try:
                self.place.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                raise failure(self.place.where, str(error)) from error
        self._good(commands.init(), ASK_DEADLINE_S)

    def backup(
        self,
        tree: Path,
        tags: Mapping[str, str],
        exclude: Sequence[str],
        *,
        progress: Callable[[dict[str, Any]], None],
        cancelled: Cancelled,
    ) -> dict[str, Any]:
        """Keep the tree's content; return restic's summary.

        A file that goes while it is saved is not missed: what uses the tree has removed it.
        Raises Problem `source-unreadable` where one that is there cannot be read; no snapshot
        is left then.
        """
        summary: dict[str, Any] = {}
        unread: list[str] = []

        def error_line(text: str) -> None:
            if len(unread) < UNREAD_KEPT and (said := unread_file(text)) is not None:
                unread.append(said)

        def line(text: str) -> None:
            try:
                said = json.loads(text)
            except ValueError:
                return
            if said.get("message_type") == "summary":
                summary.update(said)
            elif said.get("message_type") == "status":
                progress(said)

        with self._writing:
            done = self._write(
                commands.backup(tree, tags, exclude),
                directory=tree,
                line=line,
                error_line=error_line,
                cancelled=cancelled,
                adds=True,
            )
        if done.code not in {0, SOME_UNREAD} or "snapshot_id" not in summary:
            raise self._failed(done)
        if unread:
            with suppress(Problem):
                self.forget([str(summary["snapshot_id"])])
            raise Problem(
                "source-unreadable",
                f"{len(unread)} or more files below {tree} cannot be read; the backup was not kept.",
                details=unread,
                hints=["dmesg, where the disk is at fault", "let the daemon run as root"],
            )
        return summary

    def snapshots(self, tags: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return restic's snapshots that carry all the tags."""
        done = self._good(commands.snapshots(tags), ASK_DEADLINE_S)
        found: list[dict[str, Any]] = json.loads(done.stdout or "[]") or []
        return found

    def restore(self, snapshot: str, target: Path, *, cancelled: Cancelled) -> None:
        """Write a snapshot's content into `target`."""
        with self._removing:
            try:
                self._good(commands.restore(snapshot, target), WORK_DEADLINE_S, cancelled=cancelled)
            except Problem as problem:
                if problem.kind != "repository-full":
                    raise
                raise Problem(  # it is where it is written to: nothing is added by a restore
                    "disk-full",
                    f"the disk of {target} is full: the backup could not be fetched whole.",
                    details=problem.details,
                    hints=["df -h", "shipway clean"],
                ) from problem

    def forget(self, snapshots: Sequence[str]) -> None:
        """Forget snapshots and what only they held."""
        with self._writing, self._removing:
            done = self._write(commands.forget(snapshots))
        if done.code != 0:
            raise self._failed(done)

    def check(self, percent: int) -> None:
        """Check structure, and `percent` of the data."""
        with self._writing:
            done = self._write(commands.check(percent))
        if done.code != 0:
            raise self._failed(done)

    def _write(self, arguments: Sequence[str], **more: Any) -> Done:
        """Run what needs the repository's lock; one that a killed process left is removed.

        It goes behind what serves: nobody waits for a backup, and a rollback may come any time.
        """
        done = self._run(arguments, WORK_DEADLINE_S, gently=True, **more)
        if done.code != 0 and kind_of(done.stderr) == "repository-locked":
            self._good(commands.unlock(), ASK_DEADLINE_S)  # those of living processes stay
            done = self._run(arguments, WORK_DEADLINE_S, gently=True, **more)
        return done

    def _good(
        self,
        arguments: Sequence[str],
        deadline_s: float,
        *,
        cancelled: Cancelled = lambda: False,
    ) -> Done:
        done = self._run(arguments, deadline_s, cancelled=cancelled)
        if done.code != 0:
            raise self._failed(done)
        return done

    def _run(
        self,
        arguments: Sequence[str],
        deadline_s: float,
        *,
        directory: Path | None = None,
        line: Callable[[str], None] | None = None,
        error_line: Callable[[str], None] | None = None,
        cancelled: Cancelled = lambda: False,
        gently: bool = False,
        adds: bool = False,
    ) -> Done:
        restic = require_tool("restic")
        temporary = self._work / "tmp"
        temporary.mkdir(parents=True, exist_ok=True, mode=0o700)
        key_file = self._key_file()
        watch = _Watch(self.place, self._retrying_s, cancelled, adds=adds)
        done = run(
            [str(restic), *arguments],
            variables=commands.variables(
                self.place, key_file=key_file, cache=self._work / "cache", temporary=temporary
            ),
            directory=directory or self._work,
            deadline_s=deadline_s,
            watch=watch.look,
            line=line,
            error_line=error_line,
            gently=gently,
        )
        if done.ended_by == "cancelled":
            raise Problem(
                "cancelled", f"the work on the repository {self.place.where} was stopped."
            )
        return done

    def _key_file(self) -> Path:
        path = self._work / "password"
        text = f"{self._key.text}\n"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            replace_file(path, text, mode=0o600)
        return path

    def _failed(self, done: Done) -> Problem:
        kinds = {
            "full": "repository-full",
            "retrying": None,
            "deadline": "repository-unreachable",
        }
        kind = kinds.get(done.ended_by or "")
        problem = failure(self.place.where, done.stderr, kind=kind)
        if done.ended_by == "retrying" and problem.kind == "repository-failed":
            problem = failure(self.place.where, done.stderr, kind="repository-unreachable")
        return problem


class _Watch:
    """Ends restic where going on is no use: cancelled, the disk nearly full, retrying for long.

    adds: whether it saves something.  Only that is ended on a nearly full disk: to restore and
    to forget is what a full disk needs.
    """

    def __init__(
        self, place: Place, retrying_s: float, cancelled: Cancelled, *, adds: bool
    ) -> None:
        disk = place.path.parent if isinstance(place, DirectoryPlace) else None
        self._folder = disk if adds else None
        self._retrying_s = retrying_s
        self._cancelled = cancelled
        self._lines = 0
        self._since: float | None = None

    def look(self, lines: Sequence[str]) -> str | None:
        if self._cancelled():
            return "cancelled"
        if self._folder is not None and _nearly_full(self._folder):
            return "full"
        if any("retrying" in line for line in lines):
            now = time.monotonic()
            self._since = self._since or now
            if now - self._since > self._retrying_s:
                return "retrying"
        return None


def unread_file(text: str) -> str | None:
    """Return what a line of restic's says of a file that is there and cannot be read.

    The error is an object of Go's (0.14: `{"Op", "Path", "Err"}` with the number of the error),
    or one with a message (0.17 and later).
    """
    try:
        said = json.loads(text)
        error, item = said["error"], str(said.get("item", ""))
    except (ValueError, TypeError, KeyError):
        return None
    number = error.get("Err") if isinstance(error, dict) else None
    words = str(error.get("message") or error) if isinstance(error, dict) else str(error)
    if number == errno.ENOENT or "no such file or directory" in words:
        return None
    why = os.strerror(number) if isinstance(number, int) else words
    return f"{item}: {why}"[:300]


def _nearly_full(folder: Path) -> bool:
    return folder.exists() and shutil.disk_usage(folder).free < reserve_bytes(folder)


def moment(text: str) -> float:
    """Return restic's time (nanoseconds and all) as seconds since the epoch."""
    head, _, rest = text.partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    zone = rest[len(digits) :] if rest else ""
    base = f"{head}.{digits[:6]:0<6}{zone}" if rest else head
    return datetime.fromisoformat(base).timestamp()
