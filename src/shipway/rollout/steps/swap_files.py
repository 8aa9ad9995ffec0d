"""What was fetched changes places with what is live, while what uses it stands still.

What was there stays beside it under a name of its own.  What answered before must answer
again on the restored data; else everything goes back to where it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.model.workload import Role
from shipway.rollout.in_turn import give_turn, take_turn
from shipway.rollout.pausing import start_again, stopped
from shipway.rollout.run import Run
from shipway.rollout.steps.fetch_files import fetched_files, file_restores
from shipway.rollout.steps.healthy import await_services
from shipway.saga.step import Step, Watch


def swap_in(run: Run, watch: Watch) -> Mapping[str, Any]:
    """Ensure that all that was fetched is in place, and that what uses it runs."""
    take_turn(run, watch)
    port, found = file_restores(run), fetched_files(run)
    for item in found:
        if not item.stops:
            port.put_in(run.environment, item)
    services = {service for item in found for service in item.stops}
    with stopped(run.world, run.environment, services):
        for item in found:
            if item.stops:
                port.put_in(run.environment, item)
    start_again(run, services, watch)
    answering = run.outputs["fetch"]["answering"]
    await_services(run, [one for one in run.app.of_role(Role.WEB) if one.name in answering], watch)
    for item in found:
        run.note("swap", f"{item.subject} is back in {item.place}")
    if run.rollout.request["restore"].get("recover"):
        port.recovered(run.environment)
    give_turn(run)
    return {}


def swap_back(run: Run, watch: Watch) -> None:
    """Ensure that what was live before is in place, and that what uses it runs."""
    take_turn(run, watch)
    port, found = file_restores(run), fetched_files(run)
    services = {service for item in found for service in item.stops}
    with stopped(run.world, run.environment, services):
        for item in found:
            if item.stops:
                port.put_back(run.environment, item)
    start_again(run, services, watch)
    for item in found:
        if not item.stops:
            port.put_back(run.environment, item)
    give_turn(run)


STEP = Step(
    name="swap",
    title="swap the data",
    do=swap_in,
    undo=swap_back,
    deadline_s=1800.0,
)
