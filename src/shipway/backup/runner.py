"""The backup runs of this daemon, each in a thread of its own."""

from __future__ import annotations

import threading

from shipway.backup.ground import Ground
from shipway.backup.run import RunRequest, begin
from shipway.model.backup_run import BackupRun

LINES_MAX = 1000
RUNS_KEPT = 5


class Runner:
    """Runs backups of this daemon, each in a thread of its own."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._stopping = threading.Event()
        self._lines: dict[int, list[str]] = {}
        self._threads: dict[int, threading.Thread] = {}

    def settle(self) -> int:
        """Mark what an earlier daemon left as interrupted; return how many runs those were."""
        return self._ground.runs.interrupt_all()

    def start(self, request: RunRequest) -> BackupRun:
        """Begin a run and return at once.  Raises Problem."""
        run, act = begin(self._ground, request)
        lines: list[str] = []
        self._lines[run.id] = lines
        for old in sorted(self._lines)[:-RUNS_KEPT]:
            del self._lines[old]

        def tell(text: str) -> None:
            if len(lines) < LINES_MAX:
                lines.append(text)

        def work() -> None:
            try:
                act(tell, self._stopping.is_set)
            finally:
                self._threads.pop(run.id, None)

        thread = threading.Thread(target=work, name=f"backup-{run.id}", daemon=True)
        self._threads[run.id] = thread
        thread.start()
        return run

    def told(self, run: int, after: int = 0) -> list[str]:
        """Return what a run of this daemon has told."""
        return self._lines.get(run, [])[after:]

    def wait(self, run: int, seconds: float) -> bool:
        """Return whether the run has ended within so many seconds."""
        thread = self._threads.get(run)
        if thread is not None:
            thread.join(seconds)
        return run not in self._threads

    def stop(self) -> None:
        """Ask the runs to stop."""
        self._stopping.set()
