"""Releases: where each one is, and in what one differs from another."""

from __future__ import annotations

from dataclasses import dataclass

from shipway.api.service import Service
from shipway.errors import Problem
from shipway.model.lifecycle import PlacementState
from shipway.model.names import EnvironmentId
from shipway.model.records import Placement, Project, Release
from shipway.rollout.plan import MIGRATION_PATHS
from shipway.spec import differences
from shipway.web.page_data.git_memory import changed_files, commits_between

KEPT = (PlacementState.WARM, PlacementState.STOPPING, PlacementState.STOPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A release and where it is; back: environments in which one can roll back to it."""

    release: Release
    placements: tuple[Placement, ...]

    @property
    def live(self) -> tuple[str, ...]:
        """Return the environments that it serves."""
        return tuple(
            item.environment.name for item in self.placements if item.state is PlacementState.LIVE
        )

    @property
    def back(self) -> tuple[EnvironmentId, ...]:
        """Return the environments that could go back to it."""
        return tuple(
            item.environment for item in self.placements if item.state in KEPT and item.live_since
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """A release against another; None where there is nothing to compare it with."""

    listed: Listed
    against: Release | None
    others: tuple[Release, ...]
    commits: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    migrations: tuple[str, ...] = ()
    artifacts: tuple[tuple[str, str, str], ...] = ()
    configuration: tuple[str, ...] | None = None
    environment: str = ""


def listing(service: Service, project: str) -> list[Listed]:
    """Return all releases of a project, newest first."""
    store = service.world.store
    placements = [
        item
        for environment, _engine in store.catalog.environments(project)
        for item in store.placements.in_environment(environment)
    ]
    return [
        Listed(
            release=release,
            placements=tuple(item for item in placements if item.release == release.number),
        )
        for release in store.catalog.releases(project)
    ]


def release_detail(service: Service, project: Project, number: int, against: int | None) -> Detail:
    """Return one release, compared with another: production's, else the one before it."""
    found = listing(service, project.name)
    listed = next((item for item in found if item.release.number == number), None)
    if listed is None:
        raise Problem("no-release", f"{project.name} has no release r{number}.")
    others = tuple(item.release for item in found if item.release.number != number)
    other = _other(found, number, against)
    if other is None:
        return Detail(listed=listed, against=None, others=others)
    old, new = other.release.commit.hash, listed.release.commit.hash
    try:
        commits = commits_between(project.directory, old, new) if old != new else ()
        files = changed_files(project.directory, old, new) if old != new else ()
    except Problem:  # the repository no longer has one of the commits
        commits, files = (), ()
    environment, configuration = _configuration(service, other, listed)
    return Detail(
        listed=listed,
        against=other.release,
        others=others,
        commits=commits,
        files=files,
        migrations=tuple(name for name in files if MIGRATION_PATHS.search(name)),
        artifacts=_artifacts(other.release, listed.release),
        configuration=configuration,
        environment=environment,
    )


def _other(found: list[Listed], number: int, against: int | None) -> Listed | None:
    rest = [item for item in found if item.release.number != number]
    if against is not None:
        return next((item for item in rest if item.release.number == against), None)
    serving = next((item for item in rest if "production" in item.live), None)
    return serving or next((item for item in rest if item.release.number < number), None)


def _artifacts(old: Release, new: Release) -> tuple[tuple[str, str, str], ...]:
    names = sorted({*old.artifacts, *new.artifacts})
    rows = []
    for name in names:
        before, after = old.artifacts.get(name), new.artifacts.get(name)
        if before is None or after is None or before.reference != after.reference:
            rows.append((name, before.short if before else "", after.short if after else ""))
    return tuple(rows)


def _configuration(
    service: Service, old: Listed, new: Listed
) -> tuple[str, tuple[str, ...] | None]:
    """Compare them in an environment where both were; names only."""
    for placement in new.placements:
        for other in old.placements:
            if placement.environment == other.environment:
                load = service.world.applications.get
                try:
                    changed = differences(load(other.fingerprint), load(placement.fingerprint))
                except (Problem, OSError):
                    continue
                return placement.environment.name, tuple(str(item) for item in changed)
    return "", None
