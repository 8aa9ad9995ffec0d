"""Closing an environment for maintenance, and opening it again.

The ingress answers 503 with the environment's page to everyone but the networks that are
let through; what runs goes on running, and open WebSockets stay.
"""

from __future__ import annotations

from ipaddress import ip_network

from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.rollout.routing import apply_routing
from shipway.rollout.world import World


def close(world: World, environment: EnvironmentId, allow: tuple[str, ...], who: str) -> None:
    """Ensure that the environment is closed but for these networks.

    Raises Problem `invalid-network`, or what the ingress says; then nothing is changed.
    """
    networks = tuple(_network(one) for one in allow)
    before = world.store.maintenance.get(environment)
    world.store.maintenance.close(environment, networks, who)
    try:
        apply_routing(world)
    except Problem:
        if before is None:
            world.store.maintenance.open(environment)
        else:
            world.store.maintenance.close(environment, before.allow, before.who)
        raise
    world.store.audit.add(who, "maintenance-on", environment, details={"allow": list(networks)})


def reopen(world: World, environment: EnvironmentId, who: str) -> None:
    """Ensure that the environment is open."""
    world.store.maintenance.open(environment)
    apply_routing(world)
    world.store.audit.add(who, "maintenance-off", environment)


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError:
        raise Problem(
            "invalid-network",
            f"{text} is not an address or a network such as 203.0.113.0/24. Nothing was changed.",
        ) from None
