"""Journeys: going one now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import StreamingResponse

from shipway.api.late import Routes
from shipway.api.routes.common import Environment, Services, Who, gathered, json_lines
from shipway.errors import Problem
from shipway.journeys import journey_evidence, run_journey, target_of
from shipway.model.application import Application
from shipway.model.journey import Journey
from shipway.rollout.trust import trust_in
from shipway.spec import load_spec

router = Routes(prefix="/projects/{project}/environments/{environment}", tags=["journeys"])


@router.post("/journeys/{name}")
def go(
    service: Services,
    environment: Environment,
    who: Who,
    name: str,
    directory: Annotated[str | None, Query(max_length=4096, pattern="^/")] = None,
) -> StreamingResponse:
    """Go a journey of the live release, or, with `directory`, as shipway.yaml there has it now.

    Lines of JSON; the last is `{"result": …}`.
    """
    live = service.live(environment)
    world = service.world
    app = world.applications.get(live.fingerprint)
    journey = _journey(app, name, directory)
    release = world.store.catalog.release(environment.project, live.release)

    def work(put: Callable[[Any], None], cancelled: Callable[[], bool]) -> None:
        target = target_of(app, trust_in(world, app))
        result = run_journey(journey, target, cancelled=cancelled)
        if directory is None:  # what is tried out of a working directory proves no release
            evidence = journey_evidence(
                result, environment=environment, at=world.clock.now(), release=release
            )
            world.store.evidence.add([evidence])
        world.store.audit.add(
            who, "journey", environment, details={"journey": name, "verdict": result.verdict}
        )
        put({"result": result.as_dict(), "release": release.label})

    return json_lines(gathered(work))


def _journey(app: Application, name: str, directory: str | None) -> Journey:
    if directory is not None:
        journeys = load_spec(Path(directory)).journeys
        where = "shipway.yaml there"
    else:
        journeys, where = app.journeys, f"the release that is live in {app.environment.name}"
    found = next((item for item in journeys if item.name == name), None)
    if found is None:
        names = ", ".join(item.name for item in journeys) or "none"
        raise Problem(
            "no-journey",
            f"{where} has no journey called {name} (it has: {names}).",
            hints=["shipway journey list", f"shipway journey run {name} --here"],
        )
    if not found.goes_in(app.environment.name):
        raise Problem(
            "journey-elsewhere",
            f"{name} may go in {', '.join(found.environments)} only, not in "
            f"{app.environment.name}. Nothing was sent.",
            hints=[f"shipway journey run {name} {found.environments[0]}"],
        )
    return found
