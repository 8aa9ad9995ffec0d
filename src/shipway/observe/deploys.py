"""Tells Sentry of every release that went live, where a project wants it.

In a thread, with a few tries: a rollout never waits for it and never fails by it.
"""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime

from shipway.errors import Problem
from shipway.model.lifecycle import RolloutState
from shipway.model.names import release_label
from shipway.model.records import Rollout
from shipway.observe.addresses import value_of
from shipway.observe.world import Observatory
from shipway.ports_observe import Deployed

log = logging.getLogger("shipway.sentry")

PAUSES_S = (0.0, 5.0, 30.0)


def report_deploy(world: Observatory, rollout: Rollout) -> threading.Thread | None:
    """Begin to report a rollout that succeeded; None where there is nothing to report."""
    if rollout.state is not RolloutState.SUCCEEDED or rollout.release is None:
        return None
    app = world.live_application(rollout.environment)
    if app is None or app.watching.sentry is None:
        return None
    thread = threading.Thread(target=_report, args=(world, rollout), name="sentry", daemon=True)
    thread.start()
    return thread


def _report(world: Observatory, rollout: Rollout) -> None:
    environment = rollout.environment
    try:
        said = _try(world, rollout)
    except Exception:  # the edge of a thread
        log.exception("while telling Sentry")
        said = "an unexpected error"
    world.store.audit.add(
        "shipway",
        "sentry-release",
        environment,
        details={"rollout": rollout.id, "release": rollout.release, "problem": said},
    )
    if said:
        log.warning("%s: Sentry was not told: %s", environment, said)


def _try(world: Observatory, rollout: Rollout) -> str:
    """Return why it failed, empty where it did not."""
    environment = rollout.environment
    app = world.live_application(environment)
    settings = app.watching.sentry if app else None
    if settings is None or rollout.release is None:
        return ""
    token = value_of(world, environment.project, environment.name, settings.token)
    if token is None:
        return f"the variable {settings.token} has no value"
    commit = world.store.catalog.release(environment.project, rollout.release).commit
    at = datetime.fromtimestamp(rollout.switched_at or world.clock.now(), UTC)
    deployed = Deployed(
        settings=settings,
        version=commit.hash,
        commit=commit.hash,
        environment=environment.name,
        name=f"{rollout.kind} {release_label(rollout.release)}",
        at=at.isoformat(timespec="seconds").replace("+00:00", "Z"),
    )
    problem = ""
    for pause_s in PAUSES_S:
        world.clock.sleep(pause_s)
        try:
            world.reporter.report(deployed, token=token)
        except Problem as error:
            problem = error.message
        else:
            return ""
    return problem
