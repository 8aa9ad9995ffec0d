"""A running environment as live checks are shown it: from the rollouts' world."""

from __future__ import annotations

from shipway.checks.live import Scene
from shipway.errors import Problem
from shipway.model.application import Service
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Role, Workload
from shipway.rollout.gates import tree_of_release
from shipway.rollout.routing import environment_traffic
from shipway.rollout.trust import trust_in
from shipway.rollout.workloads import release_workload
from shipway.rollout.world import World
from shipway.spec import find_spec, load_spec


def scene_of(world: World, environment: EnvironmentId) -> Scene:
    """Return what is live in an environment.  Raises Problem `nothing-live`."""
    live = world.store.placements.live(environment)
    if live is None:
        raise Problem(
            "nothing-live",
            f"{environment}: nothing is live, so there is nothing to check.",
            hints=[f"shipway deploy {environment.name}", "shipway check --static"],
        )
    app = world.applications.get(live.fingerprint)
    release = world.store.catalog.release(environment.project, live.release)
    kit = world.kit_of(environment)
    tree = tree_of_release(world, release)

    def workload(service: Service) -> Workload:
        made = release_workload(app, service, release)
        assert made.role is not Role.STATEFUL  # noqa: S101 - data is never duplicated
        assert made.scope == Scope(environment=environment, release=release.number)  # noqa: S101
        return made

    return Scene(
        app=app,
        release=release,
        engine=kit.engine,
        console=kit.console,
        clock=world.clock,
        home=world.home,
        workload=workload,
        spec=load_spec(tree) if tree is not None and find_spec(tree) is not None else None,
        source=tree,
        own_ports=_own_ports(world),
        trust=trust_in(world, app),
    )


def _own_ports(world: World) -> frozenset[int]:
    """Return the ports on which the ingress serves any environment, or sends to HTTPS."""
    found: set[int] = set()
    for environment, _engine in world.store.catalog.environments():
        traffic = environment_traffic(world, environment)
        if traffic is not None:
            tls = traffic.app.front.tls
            found |= {traffic.app.port, *([tls.redirect_port] if tls and tls.redirect_port else [])}
    return frozenset(found)
