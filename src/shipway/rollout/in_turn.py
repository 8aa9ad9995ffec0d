"""A swap of data and a backup take turns: a backup would read half of the one, half of the other.

A swap that fails keeps its turn until everything is back where it was.
"""

from __future__ import annotations

from shipway.rollout.run import Run
from shipway.saga.step import Watch

POLL_S = 0.5


def take_turn(run: Run, watch: Watch) -> None:
    """Return when no backup is being made, and none begins until `give_turn`."""
    port, told = run.world.data.files, False
    while port is not None and not port.take_turn(run.environment):
        if not told:
            run.note("swap", "waiting for the backup that is being made")
            told = True
        watch.pause(POLL_S)


def give_turn(run: Run) -> None:
    """Ensure that backups may begin."""
    if run.world.data.files is not None:
        run.world.data.files.give_turn(run.environment)
