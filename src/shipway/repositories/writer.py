"""The one server that writes into a repository: asked before anything is written or removed.

After a restore elsewhere the lost server may come back, or somebody tries a recovery beside a
server that lives.  Two that save into one repository would each take the other's data for the
newest, and remove what the other needs.  So the repository names its writer, by a mark that the
writer makes anew every two minutes and remembers.  Whoever finds a mark that it has never made
writes nothing, removes nothing, and says so.

Invariant: who was the writer once becomes it again by a person's word only.  Who never was
becomes it by itself where nobody is, or where the writer has been silent for five minutes.
Two copies of one machine remember the same marks until one of them makes the next.
"""

from __future__ import annotations

import json
import logging
import secrets
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from shipway.errors import Problem
from shipway.files import replace_file
from shipway.model.names import EnvironmentId, Scope
from shipway.ports_repository import OTHER_SERVER, Objects, Writer

log = logging.getLogger("shipway.backup")

NAME = "writer"
CHECK_S = 10.0
"""For so long an answer counts: a write in between goes into a stretch of log of its own."""
BEAT_S = 120.0
SILENT_S = 300.0
MARKS_KEPT = 1000
"""A repository that was copied, or brought back, has an earlier mark: still ours."""


@dataclass(slots=True, kw_only=True)
class Writing:
    """Whether this server is the writer of one environment's repository; safe in threads.

    memory: the file with the marks that were made here.  other: who is it instead, as far as
    was seen last.
    """

    environment: EnvironmentId
    objects: Objects
    where: str
    memory: Path
    home: Path
    clock: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    other: Writer | None = None
    _checked_at: float = -1e9
    _told_at: float = -1e9
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def ensure(self, *, anew: bool = False) -> None:
        """Return where this server is the writer; it becomes it where nobody is.

        anew: whatever was seen a moment ago.
        Raises Problem `repository-other-server`, and those of reading an object.
        """
        with self._guard:
            if anew or self.steady() - self._checked_at >= CHECK_S:
                self._look()
            if self.other is not None:
                raise refused(self.environment, self.where, self.other, self.clock())

    def take(self) -> Writer | None:
        """Ensure that this server is the writer, by a person's word; return who was it instead."""
        with self._guard:
            before = self._read()
            theirs = before is not None and before.mark not in self._marks()
            self._tell(since=self.clock() if theirs or before is None else before.since)
            self.other, self._checked_at = None, self.steady()
            return before if theirs else None

    def _look(self) -> None:
        found, marks, now = self._read(), self._marks(), self.clock()
        ours = found is None or found.mark in marks
        if found is not None and not marks and now - found.at > SILENT_S:
            log.warning(
                "%s: %s has been silent for %.0f s; this server writes into %s from now on",
                self.environment, found.name, now - found.at, self.where,
            )  # fmt: skip
            found, ours = None, True
        self.other, self._checked_at = (None if ours else found), self.steady()
        if ours and self.steady() - self._told_at >= BEAT_S:
            self._tell(since=found.since if found else now)

    def _tell(self, *, since: float) -> None:
        mark = secrets.token_hex(8)
        marks = [*self._marks(), mark][-MARKS_KEPT:]
        # remembered first: one that is killed in between still knows its own
        self.memory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_file(self.memory, json.dumps(marks), mode=0o600)
        writer = Writer(
            mark=mark,
            host=socket.gethostname(),
            home=str(self.home),
            since=since,
            at=self.clock(),
        )
        try:
            self.objects.put_object(NAME, json.dumps(asdict(writer)).encode())
        except Problem as problem:
            if problem.kind != "repository-full":  # what makes room again must go on
                raise
        self._told_at = self.steady()

    def _read(self) -> Writer | None:
        try:
            return Writer(**json.loads(self.objects.get_object(NAME)))
        except Problem as problem:
            if problem.kind != "no-object":
                raise
            return None

    def _marks(self) -> list[str]:
        with suppress(OSError, ValueError):
            return [str(mark) for mark in json.loads(self.memory.read_bytes())]
        return []


def writing(environment: EnvironmentId, objects: Objects, *, where: str, home: Path) -> Writing:
    """Return who writes into an environment's repository.  home: of backups, below Shipway's own."""
    return Writing(
        environment=environment,
        objects=objects,
        where=where,
        memory=home / "writers" / f"{Scope(environment).label}.json",
        home=home.parent,
    )


def refused(environment: EnvironmentId, where: str, other: Writer, now: float) -> Problem:
    """Return the Problem of whoever is not the writer."""
    ago = f"{max(0.0, now - other.at):.0f}"
    return Problem(
        OTHER_SERVER,
        f"another server saves {environment} into {where}: {other.name}, heard of {ago} s ago."
        " Nothing of it is saved from this server, and nothing in the repository is touched; it can"
        " be restored from.",
        hints=[
            f"shipway backup adopt {environment.name}   # this server is the right one",
            "shipway down   # the other one is; nothing is to run here",
        ],
    )
