"""Which release a rollback or a promotion means."""

from __future__ import annotations

from shipway.errors import Problem
from shipway.model.lifecycle import PlacementState
from shipway.model.names import EnvironmentId, release_label
from shipway.model.records import Placement
from shipway.ports_store import Store

KEPT = (PlacementState.WARM, PlacementState.STOPPING, PlacementState.STOPPED)


def earlier_release(store: Store, environment: EnvironmentId) -> Placement | None:
    """Return what a rollback without a target goes to, None where there is nothing.

    The release that was live most recently among those older than the live one: rolling
    back twice goes further back, never forward into what was just left.
    """
    live = store.placements.live(environment)
    if live is None:
        return None
    return next(
        (
            item
            for item in store.placements.in_environment(environment)
            if item.state in KEPT and item.live_since and item.release < live.release
        ),
        None,
    )


def _how_to_fill(name: str) -> str:
    return "shipway promote" if name == "production" else f"shipway deploy {name}"


def rollback_target(store: Store, environment: EnvironmentId, wanted: int | None) -> int:
    """Return the release to roll back to, or raise a Problem that lists what there is."""
    live = store.placements.live(environment)
    if live is None:
        raise Problem(
            "nothing-live",
            f"{environment}: nothing is live, so there is nothing to roll back.",
            hints=[_how_to_fill(environment.name)],
        )
    kept = [
        item
        for item in store.placements.in_environment(environment)
        if item.state in KEPT and item.live_since
    ]
    names = ", ".join(item.label for item in kept) or "none"
    if wanted is None:
        earlier = earlier_release(store, environment)
        if earlier is None:
            raise Problem(
                "nothing-earlier",
                f"{environment}: no release older than {live.label} is kept (kept: {names}). "
                f"{live.label} goes on serving.",
                hints=["shipway releases", "shipway rollback --to rN, for a newer one"],
            )
        return earlier.release
    if wanted == live.release:
        raise Problem(
            "already-live", f"{environment}: {live.label} is live already. Nothing was changed."
        )
    if all(item.release != wanted for item in kept):
        raise Problem(
            "release-not-kept",
            f"{environment}: {release_label(wanted)} is not kept here (kept: {names}). "
            f"{live.label} goes on serving.",
            hints=["shipway releases", f"shipway deploy {environment.name} --ref COMMIT"],
        )
    return wanted


def promotion_source(store: Store, source: EnvironmentId, target: EnvironmentId) -> int:
    """Return the release that a promotion brings into `target`: what is live in `source`."""
    live = store.placements.live(source)
    if live is None:
        raise Problem(
            "nothing-to-promote",
            f"{source}: nothing is live, so there is nothing to promote.",
            hints=[f"shipway deploy {source.name}"],
        )
    there = store.placements.live(target)
    if there is not None and there.release == live.release:
        raise Problem(
            "already-live",
            f"{target}: {live.label} is live already; {source.name} is not ahead.",
            hints=[f"shipway deploy {source.name}"],
        )
    return live.release
