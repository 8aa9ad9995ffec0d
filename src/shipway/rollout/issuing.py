"""Getting certificates: one's own from where they lie, others from an authority.

Called by a loop of the daemon and by `shipway certificates renew`; one at a time.
Invariant: whatever fails, what is served goes on being served.
"""

from __future__ import annotations

from shipway.errors import Problem
from shipway.model.application import Application
from shipway.model.condition import Condition
from shipway.model.observe import Reading
from shipway.rollout.certificate_kit import CertificateKit
from shipway.rollout.certificates import Wanted, days_left, wanted_certificates
from shipway.rollout.routing import apply_routing, served_applications
from shipway.rollout.trust import authorities, project_directory
from shipway.rollout.world import World


def look_after_certificates(world: World) -> None:
    """Take and order what is due, and have it served.  Raises Problem."""
    kit = world.certificates
    if kit is None:
        return
    with kit.lock:
        apps = served_applications(world)
        wanted = wanted_certificates(apps)
        if _take_own(world, kit, wanted, apps):
            apply_routing(world)
        known = {one.id for one in wanted}
        for order in kit.orders.all():
            if order.id not in known:
                kit.orders.settled(order.id)
        _order(world, kit, kit.due(wanted, world.clock.now()))


def renew(world: World, ids: tuple[str, ...]) -> dict[str, Problem | None]:
    """Order the certificates called `ids` now (all that are ordered: none named).

    Returns what became of each.  Raises Problem `no-certificate`.
    """
    kit = world.certificates
    if kit is None:
        return {}
    with kit.lock:
        apps = served_applications(world)
        wanted = {one.id: one for one in wanted_certificates(apps)}
        unknown = [name for name in ids if name not in wanted]
        if unknown:
            raise Problem(
                "no-certificate",
                f"no environment needs a certificate called {unknown[0]}.",
                hints=["shipway certificates"],
            )
        asked = [wanted[name] for name in ids] if ids else list(wanted.values())
        if _take_own(world, kit, tuple(asked), apps):
            apply_routing(world)
        _order(world, kit, tuple(one for one in asked if one.tls.ordered))
        problems = {one.id: one.problem for one in kit.orders.all()}
        return {one.id: problems.get(one.id) for one in asked}


def certificate_problems(world: World) -> tuple[Condition, ...]:
    """Return what is wrong with the certificates now."""
    kit = world.certificates
    if kit is None:
        return ()
    return kit.conditions(wanted_certificates(served_applications(world)), world.clock.now())


def certificate_readings(world: World) -> tuple[Reading, ...]:
    """Return how many days each certificate that is wanted has left, as indicators."""
    kit = world.certificates
    if kit is None:
        return ()
    wanted = wanted_certificates(served_applications(world))
    return days_left(wanted, {one.id: one for one in kit.shelf.all()}, world.clock.now())


def _take_own(
    world: World,
    kit: CertificateKit,
    wanted: tuple[Wanted, ...],
    apps: tuple[Application, ...],
) -> bool:
    by_environment = {app.environment: app for app in apps}
    changed = False
    for one in wanted:
        if not one.tls.ordered:
            app = by_environment[one.environment]
            changed |= kit.take_own(one, app, project_directory(world, app), world.clock.now())
    return changed


def _order(world: World, kit: CertificateKit, due: tuple[Wanted, ...]) -> None:
    """Order one after the other; each is served as soon as it is there."""
    if not due:
        return
    try:
        if kit.ensure_accounts(due):
            apply_routing(world)  # so that the ingress can answer for the account
    except Problem as problem:
        for one in due:
            kit.failed(one, problem, world.clock.now())
        return
    for one in due:
        if kit.order(one, world.clock.now()):
            apply_routing(world)


def take_own_for_rollout(world: World, app: Application) -> tuple[str, ...]:
    """Have the owner's certificate at hand before a release comes that is served with it.

    Raises Problem `certificate-broken` where it cannot be served and nothing that can is
    kept; returns what a person should know otherwise.
    """
    kit = world.certificates
    if kit is None:
        return ()
    now = world.clock.now()
    told = []
    with kit.lock:
        for one in wanted_certificates((app,)):
            if one.tls.ordered:
                continue
            try:
                kit.put_own(one, app, project_directory(world, app), now)
            except Problem as problem:
                if not kit.holds(one, now):
                    raise
                told.append(f"{problem.message} The one that was taken before holds still.")
    authorities(world, app)
    return tuple(told)
