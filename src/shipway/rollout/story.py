"""How a deploy, a promotion and a rollback go: the runbook, step by step.

    source → check → build → services → migrate → start → healthy
           → switch → hand over → smoke → retire

Before `switch` everything unwinds; a failed smoke check switches back; `retire` only goes
forward.  What happens to the retired release afterwards is `retirement.py`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.model.records import RolloutKind
from shipway.rollout.run import Run
from shipway.rollout.steps import (
    build,
    check,
    fetch_files,
    hand_over,
    healthy,
    migrate,
    restore,
    retire,
    services,
    smoke,
    source,
    start,
    swap_data,
    swap_files,
    switch,
)
from shipway.saga.step import Step

_LAUNCH = (
    start.STEP,
    healthy.STEP,
    switch.STEP,
    hand_over.STEP,
    smoke.STEP,
    retire.STEP,
)

STORIES: dict[RolloutKind, tuple[Step[Run], ...]] = {
    RolloutKind.DEPLOY: (
        source.STEP,
        check.STEP,
        build.STEP,
        services.STEP,
        migrate.STEP,
        *_LAUNCH,
    ),
    # the same artifacts: nothing is built
    RolloutKind.PROMOTE: (source.STEP, check.STEP, services.STEP, migrate.STEP, *_LAUNCH),
    # the same configuration too, and no migration
    RolloutKind.ROLLBACK: (check.STEP, services.STEP, *_LAUNCH),
    # the release stays, its data goes back
    RolloutKind.RESTORE: (check.STEP, restore.STEP, swap_data.STEP),
}

_FILES = (check.STEP, fetch_files.STEP, swap_files.STEP)
_WITH_DATA = (check.STEP, restore.STEP, services.STEP, swap_data.STEP, *_LAUNCH)


def story_of(kind: RolloutKind, request: Mapping[str, Any]) -> tuple[Step[Run], ...]:
    """Return the steps of a rollout as it was asked for."""
    asked = request.get("restore")
    if asked and kind is RolloutKind.ROLLBACK:
        return _WITH_DATA
    if asked and "files" in asked:
        return _FILES
    if asked and asked.get("beside"):
        return (check.STEP, restore.STEP)  # to look at: nothing is swapped
    return STORIES[kind]
