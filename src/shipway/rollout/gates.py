"""Before anything is touched: what the gate says of a release, and a person's override.

An override needs a reason; it stands in the rollout's request, its progress and the audit
trail.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shipway import git
from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.model.records import Release
from shipway.model.said import Said
from shipway.ports_checks import GateView
from shipway.rollout.world import World

SHOWN = 8


def judge_files(
    world: World, tree: Path, environment: EnvironmentId, override: str | None
) -> tuple[str, ...]:
    """Return what to tell of a commit's files.  Raises Problem `gate-closed`."""
    if world.gate is None:
        return ()
    view = world.gate.files(tree, environment)
    return passed(view, f"the commit's files have {_errors(view)}", override)


def judge_evidence(
    world: World, source: EnvironmentId, number: int, override: str | None
) -> tuple[str, ...]:
    """Return what to tell of what `source` proved.  Raises Problem `gate-closed`.

    Looks at the source where nothing was looked at yet with these artifacts.
    """
    if world.gate is None:
        return ()
    release = world.store.catalog.release(source.project, number)
    tree = tree_of_release(world, release)
    view = world.gate.evidence(source, release, tree, look=True)
    return passed(view, f"{source.name} has not proved {release.label}", override)


def gate_known(world: World, source: EnvironmentId, release: Release) -> GateView:
    """Return what the gate would say of a promotion, as far as is known already."""
    if world.gate is None:
        return GateView()
    return world.gate.known(source, release, tree_of_release(world, release))


def tree_of_release(world: World, release: Release) -> Path | None:
    """Return the project's directory as the release's commit has it, None where it is gone."""
    project = world.store.catalog.project(release.project)
    if project is None:
        return None
    target = world.tree_of(release.project, release.commit.hash)
    try:
        return git.export(Path(project.directory), release.commit.hash, target)
    except Problem:  # the repository has moved, or no longer has the commit
        return target if target.is_dir() else None


def override_of(request: Mapping[str, Any]) -> str | None:
    """Return the reason of an override in a rollout's request."""
    reason = request.get("override")
    return str(reason) if reason else None


def _errors(view: GateView) -> str:
    count = len(view.stops)
    return f"{count} finding{'s' if count != 1 else ''} that would hurt in production"


def passed(view: GateView, why: str, override: str | None) -> tuple[str, ...]:
    """Return what to tell of a gate that is open or overridden.  Raises Problem `gate-closed`."""
    if not view.stops:
        return view.notes
    shown = view.stops[:SHOWN]
    more = len(view.stops) - len(shown)
    lines = (*shown, *((f"… and {more} more",) if more else ()))
    if override is None:
        raise Problem(
            "gate-closed",
            f"{why}. Nothing was changed.",
            details=lines,
            hints=view.hints,
            korean={line: view.korean[line] for line in shown if line in view.korean},
        )
    said = (Said(line, view.korean.get(line, "")) for line in lines)
    return (*view.notes, f"overridden ({override}): {why}", *said)
