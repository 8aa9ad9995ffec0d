"""What the ingress still holds open to a release's instances."""

from __future__ import annotations

import time

from shipway.model.records import Placement
from shipway.rollout.traffic import backend_id
from shipway.rollout.world import World
from shipway.saga.step import Watch

LOOK_S = 0.05


def connections(world: World, placement: Placement) -> int:
    """Return how many connections the ingress still holds to the release's instances."""
    app = world.applications.get(placement.fingerprint)
    backends = {backend_id(app, rule.service) for rule in app.routes}
    return sum(
        upstream.connections
        for upstream in world.ingress.status().upstreams
        if upstream.backend in backends and upstream.name.startswith(f"{placement.label}-")
    )


def await_drained(world: World, placement: Placement, watch: Watch, *, limit_s: float) -> None:
    """Wait until the release's connections have ended, at most `limit_s`."""
    until = time.monotonic() + limit_s
    while time.monotonic() < until and connections(world, placement):
        watch.pause(LOOK_S)
