"""Files, Redis and buckets brought back: complete beside what is live, before anything stops.

What is fetched carries the rollout's number, so that no two restores ever meet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from shipway.model.workload import Role
from shipway.ports_restore import FetchedFiles, FileRestores, FilesWanted
from shipway.rollout.run import Run
from shipway.rollout.steps.healthy import is_healthy_now
from shipway.saga.step import Step, Watch


def fetch_beside(run: Run, watch: Watch) -> Mapping[str, Any]:
    """Ensure that each wanted backup's content lies beside what is live."""
    found = []
    for wanted in wanted_files(run):
        watch.check()
        fetched = file_restores(run).fetch(
            wanted, output=lambda line: run.output("fetch", line), cancelled=watch.cancelled
        )
        run.note("fetch", f"{fetched.subject}: {fetched.bytes / 1e6:.1f} MB, complete beside")
        found.append(fetched)
    stops = {service for item in found for service in item.stops}
    return {
        "files": [asdict(item) for item in found],
        # only what answers now can be asked to answer afterwards
        "answering": [
            service.name
            for service in run.app.of_role(Role.WEB)
            if service.name in stops and is_healthy_now(run, service)
        ],
    }


def discard_fetched(run: Run, watch: Watch) -> None:
    """Ensure that nothing is left of what was fetched."""
    for wanted in wanted_files(run):
        watch.check()
        file_restores(run).discard(wanted)


def wanted_files(run: Run) -> tuple[FilesWanted, ...]:
    """Return what is to be brought back, as the request has it."""
    return tuple(
        FilesWanted(
            environment=run.environment,
            backup=str(item["backup"]),
            mark=run.rollout.id,
            at=run.rollout.created_at,
        )
        for item in run.rollout.request["restore"]["files"]
    )


def fetched_files(run: Run) -> tuple[FetchedFiles, ...]:
    """Return what the finished step fetched."""
    return tuple(
        FetchedFiles(**{**item, "stops": tuple(item["stops"])})
        for item in run.outputs["fetch"]["files"]
    )


def file_restores(run: Run) -> FileRestores:
    """Return the port.  Raises Problem `backup-off`."""
    return run.world.data.file_restores()


STEP = Step(
    name="fetch",
    title="fetch beside",
    do=fetch_beside,
    undo=discard_fetched,
    deadline_s=6 * 3600.0,
)
