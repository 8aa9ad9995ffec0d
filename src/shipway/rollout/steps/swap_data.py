"""The restored data comes into use: the database is stopped, and starts on it.

The earlier data stays where it was, as an earlier generation, until somebody removes it.
A backup that is being made is waited for, and none begins meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.model.names import Scope
from shipway.rollout.in_turn import give_turn, take_turn
from shipway.rollout.run import Run
from shipway.rollout.steps.services import await_ready, data_workload
from shipway.saga.step import Step, Watch


def swap_in(run: Run, watch: Watch) -> Mapping[str, Any]:
    """Ensure that each restored database runs on its new generation."""
    take_turn(run, watch)
    for item in run.outputs["restore"]["restored"]:
        service, generation = str(item["service"]), int(item["generation"])
        _mount(run, service, generation, watch)
        run.note("swap", f"{service} runs on its restored data (generation {generation})")
    give_turn(run)
    return {}


def swap_back(run: Run, watch: Watch) -> None:
    """Ensure that each database runs on the generation that it had."""
    take_turn(run, watch)
    for item in run.outputs["restore"]["restored"]:
        service = str(item["service"])
        _mount(run, service, _had(run, service), watch)
    give_turn(run)


def _had(run: Run, service: str) -> int:
    """Return the generation that the service had when the rollout began."""
    return int(run.outputs["check"]["generations"].get(service, 1))


def _mount(run: Run, service: str, generation: int, watch: Watch) -> None:
    generations = run.world.generations
    if generations.generation(run.environment, service) != generation:
        run.kit.engine.remove(Scope(environment=run.environment), service=service)
        generations.set_generation(run.environment, service, generation)
    workload = data_workload(run, run.app.service(service))
    run.kit.engine.start(workload)
    await_ready(run, workload, watch)


STEP = Step(
    name="swap",
    title="swap the data",
    do=swap_in,
    undo=swap_back,
    deadline_s=1800.0,
)
