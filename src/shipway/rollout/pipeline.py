"""Before a promotion: what the CI of the release's commit says.

The checks that count are named in shipway.yaml, as the release's own commit has it.  Where
nobody can be asked, the gate is closed: a person may pass it, with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.model.pipeline import CheckState, CiSettings, CommitCheck
from shipway.model.records import Release
from shipway.ports_checks import GateView
from shipway.rollout.gates import passed, tree_of_release
from shipway.rollout.world import World
from shipway.spec import find_spec, load_spec


def judge_pipeline(
    world: World, source: EnvironmentId, target: EnvironmentId, number: int, override: str | None
) -> tuple[str, ...]:
    """Return what CI tells of a release.  Raises Problem `gate-closed`."""
    if world.commit_checks is None:
        return ()
    release = world.store.catalog.release(source.project, number)
    tree = tree_of_release(world, release)
    spec = load_spec(tree) if tree is not None and find_spec(tree) else None
    if spec is None or spec.ci is None:
        return ()
    try:
        token = _token(world, spec.ci, (target, source))
        found = world.commit_checks.of(spec.ci, release.commit.hash, token=token)
    except Problem as problem:
        view = GateView(stops=(problem.message,), hints=(*problem.hints, _OVERRIDE))
    else:
        view = judge(spec.ci, release, found, aside=spec.environments)
    return passed(view, f"CI has not passed {release.commit.short} ({release.label})", override)


_OVERRIDE = 'shipway promote --override "why it must go out now"'


def judge(
    ci: CiSettings, release: Release, found: Sequence[CommitCheck], *, aside: Iterable[str] = ()
) -> GateView:
    """Return what a commit's checks mean.  aside: names that are deployments, not checks."""
    if ci.checks:
        stops = [_wanted(name, found) for name in ci.checks]
        counted = [item for item in found if item.name in ci.checks]
    else:
        names = set(aside)
        counted = [item for item in found if item.name.rpartition(" / ")[2] not in names]
        counted = [item for item in counted if item.state is not CheckState.SKIPPED]
        stops = [_stop(item) for item in counted]
        if not counted:
            stops = [f"CI of {ci.repository} has no check of {release.commit.short}"]
    return GateView(
        stops=tuple(item for item in stops if item),
        notes=(f"CI of {release.commit.short}: {_count(counted)}",),
        hints=(f"look at the checks of {release.commit.short} in {ci.repository}", _OVERRIDE),
    )


def _wanted(name: str, found: Sequence[CommitCheck]) -> str:
    """Return why a named check stops; empty where each run of it has passed."""
    same = [item for item in found if item.name == name]
    if not same:
        return f"CI check {name!r} has not run"
    return next((text for item in same if (text := _stop(item))), "")


def _stop(item: CommitCheck) -> str:
    if item.state is CheckState.PASSED:
        return ""
    name = repr(item.name)
    said = {
        CheckState.FAILED: f"CI check {name} failed",
        CheckState.PENDING: f"CI check {name} has not ended yet",
        CheckState.SKIPPED: f"CI check {name} was skipped",
    }[item.state]
    return f"{said}: {item.url}" if item.url else said


def _count(found: Sequence[CommitCheck]) -> str:
    states = [item.state for item in found]
    passed, failed, pending, skipped = (states.count(item) for item in CheckState)
    told = (
        (passed, f"{passed} passed"),
        (failed, f"{failed} failed"),
        (pending, f"{pending} pending"),
        (skipped, f"{skipped} skipped"),
    )
    return ", ".join(said for count, said in told if count)


def _token(world: World, ci: CiSettings, places: tuple[EnvironmentId, ...]) -> str:
    """Return the token's value, empty where none is wanted.  Raises Problem `no-secret`."""
    if not ci.token:
        return ""
    for environment in places:
        value = world.vault.values(environment).get(ci.token)
        if value:
            return value
    raise Problem(
        "no-secret",
        f"the secret {ci.token}, with which CI is asked, is not set.",
        hints=[f"shipway secret set {ci.token} -e {places[0].name}"],
    )
