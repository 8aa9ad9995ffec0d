"""What still works while something is wrong, so that who reads the message need not guess."""

from __future__ import annotations

from shipway.model.names import EnvironmentId
from shipway.model.observe import Incident, SeriesState
from shipway.observe.overview import GONE_LOOKS
from shipway.observe.world import Observatory

INDICATOR = "instances-missing"


def still_up(world: Observatory, incident: Incident) -> tuple[str, ...]:
    """Return the services of its environment of which no instance is down.

    Without the one that it is about.  Of the machine's incidents: the environments whose
    services are all up.
    """
    recent = world.clock.now() - GONE_LOOKS * world.every_s
    down: dict[tuple[EnvironmentId, str], bool] = {}
    for item in world.history.series(incident.environment):
        where = item.key.environment
        if item.key.indicator == INDICATOR and where is not None and item.seen_at >= recent:
            down[where, item.key.subject] = item.state is not SeriesState.MEASURED or bool(
                item.value
            )
    if incident.environment is not None:
        return tuple(
            name for (_, name), ill in down.items() if not ill and name != incident.subject
        )
    ill_ones = {where for (where, _), ill in down.items() if ill}
    return tuple(
        str(where) for where in dict.fromkeys(at for at, _ in down) if where not in ill_ones
    )
