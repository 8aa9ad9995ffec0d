"""How far what has arrived here is behind what the server has written, by the server's own word.

A receiver that runs proves nothing: it may be catching up, or hang.  So the server is asked
what it has written and what the receiver says that it has on disk; a moment counts as arrived
when the receiver has all that had been written at that moment.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from shipway.backup.postgres.running import Asker
from shipway.backup.postgres.segments import parse_position
from shipway.ports_data import Database

BEHIND_S = 2.0
BUSY_S = 5.0
REST_S = 45.0
"""Between two questions: while it is behind, while WAL comes, and while nothing does."""
LIMIT_S = 10
PENDING_MAX = 200
QUESTION = """
SELECT pg_current_wal_flush_lsn(), coalesce((SELECT r.flush_lsn::text FROM pg_stat_replication r
  JOIN pg_replication_slots s ON s.active_pid = r.pid WHERE s.slot_name = 'shipway'), '')
"""


@dataclass(slots=True, kw_only=True)
class Abreast:
    """One stream's answers.

    arrived_at: everything that was committed before is on this machine, in seconds since the
    epoch; None: nobody knows.  changed: whether WAL has come since the last question.
    """

    clock: Callable[[], float] = time.time
    arrived_at: float | None = None
    changed: bool = False
    _epoch: str = ""
    _pending: list[tuple[float, int]] = field(default_factory=list)
    _asked: float = -1e9
    _asking: bool = False
    _hearing: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_behind(self) -> bool:
        """Return whether the receiver lacked something at the last answer, or there is none."""
        return bool(self._pending) or self.arrived_at is None

    @property
    def is_due(self) -> bool:
        """Return whether it is time to ask."""
        every_s = BEHIND_S if self.is_behind else BUSY_S if self.changed else REST_S
        return not self._asking and time.monotonic() - self._asked >= every_s

    def ask(self, database: Database, epoch: str) -> None:
        """Ask the server of the epoch that is being received.

        Raises Problem `database-down`, `database-refused`; what was known stays.
        """
        self._asking, self.changed = True, False
        at = self.clock()
        try:
            row = Asker.of(database).quick(QUESTION, limit_s=LIMIT_S)[0]
        finally:
            self._asking, self._asked = False, time.monotonic()
        with self._hearing:
            self.hear(epoch, at, written=parse_position(row[0]), arrived=_position(row[1]))

    def arrived_for(self, epoch: str | None) -> float | None:
        """Return until when everything of an epoch is here, as far as it is known."""
        return self.arrived_at if epoch == self._epoch else None

    def hear(self, epoch: str, at: float, *, written: int, arrived: int | None) -> None:
        """Take an answer: what had been written at a moment, and what has arrived; as positions."""
        if epoch != self._epoch:
            self._epoch, self._pending, self.arrived_at = epoch, [], None
        self._pending.append((at, written))
        if arrived is not None:
            done = [moment for moment, position in self._pending if position <= arrived]
            self._pending = [item for item in self._pending if item[1] > arrived]
            self.arrived_at = max(done, default=self.arrived_at)
        if len(self._pending) > PENDING_MAX:
            del self._pending[1::2]


def _position(text: str) -> int | None:
    return parse_position(text) if text else None
