"""Data brought back: a restored copy beside the running database, recovered and checked.

What is live is not touched.  The copy's data is a generation of its own, named after the
rollout, so that no two restores ever meet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.model.backup import RestoreTarget
from shipway.model.said import about
from shipway.ports import Output
from shipway.ports_restore import Restores, RestoreWanted
from shipway.rollout.run import Run
from shipway.saga.step import Step, Watch

BESIDE = "beside"


def restore_beside(run: Run, watch: Watch) -> Mapping[str, Any]:
    """Ensure that each wanted database's new generation holds the target's data."""
    found = []
    for wanted in wanted_restores(run):
        reached = restores(run).prepare(
            wanted, output=_saying(run, wanted.service), cancelled=watch.cancelled
        )
        run.note(
            "restore", f"{wanted.service}: {reached['rows']} rows in {reached['took_s']:.1f} s"
        )
        found.append(dict(reached))
    return {"restored": found}


def _saying(run: Run, service: str) -> Output:
    return lambda line: run.output("restore", about(service, line))


def remove_restored(run: Run, watch: Watch) -> None:
    """Ensure that nothing is left of the copies."""
    watch.check()
    for wanted in wanted_restores(run):
        restores(run).discard(wanted)


def wanted_restores(run: Run) -> tuple[RestoreWanted, ...]:
    """Return what is to be restored, as the request has it."""
    asked = run.rollout.request["restore"]
    keep = bool(asked.get("beside"))
    return tuple(
        RestoreWanted(
            environment=run.environment,
            service=service,
            target=RestoreTarget(at=asked.get("at"), point=asked.get("point")),
            generation=BESIDE if keep else run.rollout.id,
            keep=keep,
        )
        for service in asked["services"]
    )


def restores(run: Run) -> Restores:
    """Return the port.  Raises Problem `backup-off`."""
    return run.world.data.database_restores()


STEP = Step(
    name="restore",
    title="restore beside",
    do=restore_beside,
    undo=remove_restored,
    deadline_s=6 * 3600.0,
)
