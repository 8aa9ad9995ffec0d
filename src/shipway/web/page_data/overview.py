"""A project at one glance: its environments, how far staging is ahead, what blocks promotion."""

from __future__ import annotations

from dataclasses import dataclass

from shipway.api.service import Service
from shipway.errors import Problem
from shipway.model.evidence import Result
from shipway.model.names import EnvironmentId
from shipway.model.observe import Incident
from shipway.model.records import Project, Rollout
from shipway.rollout.gates import gate_known
from shipway.rollout.overview import EnvironmentStatus, environment_status
from shipway.web.page_data.checks import checklist
from shipway.web.page_data.git_memory import commits_between
from shipway.web.page_data.incidents import open_incidents

ORDER = {"production": 0, "staging": 1, "development": 2}
LATEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """The way from staging to production.

    commits: what production would get.  blocks: why it cannot be now, as keys of words with
    their values; empty: it can.
    """

    source: EnvironmentId
    target: EnvironmentId
    commits: tuple[str, ...] | None
    blocks: tuple[tuple[str, dict[str, str]], ...] = ()
    same: bool = False

    @property
    def can_be_planned(self) -> bool:
        """Return whether there is a plan to look at; a closed gate can be overridden there."""
        return not self.same and all(key == "block-checks" for key, _ in self.blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectOverview:
    """One project.  proven_at: the last drill of production that was right."""

    project: Project
    environments: tuple[EnvironmentStatus, ...]
    promotion: Promotion | None
    latest: tuple[Rollout, ...]
    incidents: tuple[Incident, ...]
    proven_at: float | None
    newest_backup_at: float | None
    checks: int
    passed_checks: int
    failed_checks: int


def project_overview(service: Service, project: Project) -> ProjectOverview:
    """Return what a person sees first of a project."""
    world = service.world
    found = tuple(
        sorted(
            (
                _status(service, environment, engine)
                for environment, engine in world.store.catalog.environments(project.name)
            ),
            key=lambda item: (ORDER.get(item.environment.name, 3), item.environment.name),
        )
    )
    latest = [
        rollout
        for status in found
        for rollout in world.store.rollouts.recent(environment=status.environment, limit=LATEST)
    ]
    production = EnvironmentId(project.name, "production")
    staging = EnvironmentId(project.name, "staging")
    lines = checklist(service, staging)
    failed = sum(line.evidence.result is Result.FAILED for line in lines)
    return ProjectOverview(
        project=project,
        environments=found,
        promotion=_promotion(service, project, found),
        latest=tuple(sorted(latest, key=lambda item: -item.id)[:LATEST]),
        incidents=open_incidents(service, project.name),
        proven_at=_proven(service, production),
        newest_backup_at=_newest(service, production),
        checks=len(lines),
        passed_checks=sum(line.evidence.result is Result.PASSED for line in lines),
        failed_checks=failed,
    )


def _proven(service: Service, environment: EnvironmentId) -> float | None:
    drills = service.backups.ground.records.drills(environment)
    return next((item.ended_at for item in drills if item.passed), None)


def _newest(service: Service, environment: EnvironmentId) -> float | None:
    backups = service.backups.ground.records.backups(environment)
    return backups[0].ended_at if backups else None


def _status(service: Service, environment: EnvironmentId, engine: str) -> EnvironmentStatus:
    """Return how an environment is; one that cannot be read hides no other."""
    world = service.world
    try:
        return environment_status(world, environment, engine)
    except Problem as problem:
        live = world.store.placements.live(environment)
        catalog = world.store.catalog
        return EnvironmentStatus(
            environment=environment,
            engine=engine,
            urls=(),
            live=catalog.release(environment.project, live.release) if live else None,
            live_since=live.live_since if live else None,
            services=(),
            instances=(),
            kept=(),
            rollback_to=None,
            active=world.store.rollouts.active(environment),
            last=None,
            problem=problem,
        )


def _promotion(
    service: Service, project: Project, found: tuple[EnvironmentStatus, ...]
) -> Promotion | None:
    by_name = {item.environment.name: item for item in found}
    staging, production = by_name.get("staging"), by_name.get("production")
    if staging is None:
        return None
    target = EnvironmentId(project.name, "production")
    live = production.live if production else None
    blocks: list[tuple[str, dict[str, str]]] = []
    if staging.live is None:
        blocks.append(("block-nothing-live", {}))
    elif not staging.good:
        ill = [item.name for item in staging.services if not item.good]
        blocks.append(("block-not-well", {"names": ", ".join(ill) or staging.environment.name}))
    blocks += [
        ("block-rollout", {"name": status.environment.name, "id": str(status.active.id)})
        for status in (staging, production)
        if status is not None and status.active is not None
    ]
    gate = gate_known(service.world, staging.environment, staging.live) if staging.live else None
    if gate and gate.stops:
        first = gate.stops[0]
        values = {"count": str(len(gate.stops)), "first": first}
        blocks.append(("block-checks", {**values, "korean": gate.korean.get(first, first)}))
    same = staging.live is not None and live is not None and staging.live.number == live.number
    commits: tuple[str, ...] | None = ()
    if staging.live is not None and live is not None and not same:
        try:
            commits = commits_between(project.directory, live.commit.hash, staging.live.commit.hash)
        except Problem:  # the repository no longer has the commit
            commits = None
    return Promotion(
        source=staging.environment,
        target=target,
        commits=commits,
        blocks=tuple(blocks),
        same=same,
    )
