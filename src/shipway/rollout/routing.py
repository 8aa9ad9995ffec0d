"""Bringing the ingress in line with what the store says serves."""

from __future__ import annotations

from dataclasses import dataclass

from shipway.model.application import Application
from shipway.model.lifecycle import PlacementState
from shipway.model.names import EnvironmentId
from shipway.model.routing import Certificate, Challenge, IngressConfig
from shipway.rollout.traffic import EnvironmentTraffic, assemble
from shipway.rollout.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the store, the engines and the certificates say: all that the configuration comes of."""

    served: tuple[EnvironmentTraffic, ...]
    certificates: tuple[Certificate, ...]
    challenges: tuple[Challenge, ...]

    def config(self) -> IngressConfig:
        """Return what follows from them."""
        return assemble(self.served, certificates=self.certificates, challenges=self.challenges)


def facts(world: World) -> Facts:
    """Return what is so right now."""
    served = tuple(
        traffic
        for environment, _engine in world.store.catalog.environments()
        if (traffic := environment_traffic(world, environment)) is not None
    )
    apps = tuple(one.app for one in served)
    kit = world.certificates
    return Facts(
        served=served,
        certificates=kit.serving(apps) if kit else (),
        challenges=kit.challenges(apps) if kit else (),
    )


def served_applications(world: World) -> tuple[Application, ...]:
    """Return each environment's application, as the release that serves has it."""
    found = []
    for environment, _engine in world.store.catalog.environments():
        serving = world.store.placements.serving(environment)
        placement = world.store.placements.get(environment, serving) if serving else None
        if placement is not None:
            found.append(world.applications.get(placement.fingerprint))
    return tuple(found)


def environment_traffic(world: World, environment: EnvironmentId) -> EnvironmentTraffic | None:
    """Return what of an environment the ingress has to know; None where nothing serves."""
    serving = world.store.placements.serving(environment)
    placement = world.store.placements.get(environment, serving) if serving else None
    if serving is None or placement is None:
        return None
    running = {
        item.release
        for item in world.store.placements.in_environment(environment)
        if item.state is not PlacementState.REMOVED
    }
    instances = world.kit_of(environment).engine.instances(environment=environment)
    world.addresses.update({item.id: item.address for item in instances if item.address})
    closed = world.store.maintenance.get(environment)
    return EnvironmentTraffic(
        app=world.applications.get(placement.fingerprint),
        serving=serving,
        instances=[item for item in instances if item.scope.release in running],
        remembered=dict(world.addresses),
        sleep=world.store.sleeps.get(environment),
        closed=None if closed is None else closed.allow,
    )


def apply_routing(world: World) -> IngressConfig:
    """Ensure that the ingress does what the store says; return what was applied."""
    with world.ingress_lock:
        config = facts(world).config()
        if config.listeners or world.ingress.alive():
            world.ingress.apply(config)
        return config
