"""What a rollout tells while it runs: kept in the store, and followed by any terminal."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from shipway.korean import in_korean
from shipway.model.lifecycle import RolloutState
from shipway.model.records import ProgressLine
from shipway.model.said import Said
from shipway.ports_store import Store
from shipway.saga.journal import Mark
from shipway.saga.runner import Moment

FLUSH_S = 0.15
POLL_S = 1.0

KINDS = {
    Mark.BEGUN: "step-started",
    Mark.DONE: "step-done",
    Mark.FAILED: "step-failed",
    Mark.UNDO_BEGUN: "undo-started",
    Mark.UNDONE: "undo-done",
    Mark.UNDO_FAILED: "undo-failed",
}


class Teller:
    """Gathers lines and writes them in small batches; several threads may speak."""

    def __init__(self, store: Store, rollout: int) -> None:
        self._store = store
        self._rollout = rollout
        self._changed = threading.Condition()
        self._waiting: list[tuple[str, str, str]] = []
        self._timer: threading.Timer | None = None
        self._turn = 0

    @property
    def turn(self) -> int:
        """Return a number that rises whenever something is written."""
        return self._turn

    def output(self, step: str, line: str) -> None:
        """Take one line of a command's output; it is written a moment later.

        What Shipway said among it is kept in Korean, too: later nobody could tell it apart.
        """
        text = (
            Said(line, line.korean or in_korean(line)) if isinstance(line, Said) else line.rstrip()
        )
        with self._changed:
            self._waiting.append((step, "output", text))
            if self._timer is None:
                self._timer = threading.Timer(FLUSH_S, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def note(self, step: str, text: str) -> None:
        """Take one sentence for the person."""
        self._now(step, "note", text)

    def moment(self, moment: Moment) -> None:
        """Take what the saga's runner observed."""
        if moment.when != "after":
            return
        text = str(moment.problem) if moment.problem else (moment.stays or moment.title)
        self._now(moment.step, KINDS[moment.mark], text)

    def finished(self, text: str) -> None:
        """Take the last line."""
        self._now("", "finished", text)

    def flush(self) -> None:
        """Write what waits."""
        with self._changed:
            lines, self._waiting = self._waiting, []
            self._timer = None
            if lines:
                self._store.rollouts.tell(self._rollout, lines)
            self._turn += 1
            self._changed.notify_all()

    def wait(self, turn: int, seconds: float) -> None:
        """Wait until something was written after `turn`, at most `seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: self._turn != turn, seconds)

    def _now(self, step: str, kind: str, text: str) -> None:
        with self._changed:
            self._waiting.append((step, kind, text))
        self.flush()


def follow(
    store: Store,
    rollout: int,
    teller: Callable[[], Teller | None],
    *,
    after: int = 0,
    seconds: float = 3600.0,
) -> Iterator[ProgressLine]:
    """Yield what a rollout told and tells, until it has ended or is stuck, or `seconds` are over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        speaker = teller()
        turn = speaker.turn if speaker is not None else 0
        state = store.rollouts.get(rollout).state
        ended = state is RolloutState.STUCK or not state.active
        lines = store.rollouts.told(rollout, after)
        yield from lines
        if lines:
            after = lines[-1].seq
        elif ended:
            return
        if speaker is not None:
            speaker.wait(turn, POLL_S)
        elif not lines:
            time.sleep(0.1)
