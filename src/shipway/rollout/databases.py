"""The databases of the environments, as what is live says; see `ports_data.Databases`."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field

from shipway.model.application import Application
from shipway.model.backup_settings import BackupSettings
from shipway.model.generation import is_postgres
from shipway.model.names import EnvironmentId
from shipway.model.workload import Role
from shipway.ports_data import Database
from shipway.rollout.workloads import stateful_workload
from shipway.rollout.world import World


@dataclass(frozen=True, slots=True)
class LiveDatabases:
    """Reads placements and applications; starts nothing.

    Asked every few seconds: the same is answered until something else is live.
    """

    world: World
    _known: dict[EnvironmentId, tuple[Hashable, tuple[Database, ...]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def environments(self) -> tuple[EnvironmentId, ...]:
        """Return the environments in which something is live."""
        store = self.world.store
        return tuple(
            environment
            for environment, _engine in store.catalog.environments()
            if store.placements.live(environment) is not None
        )

    def of(self, environment: EnvironmentId) -> tuple[Database, ...]:
        """Return the environment's PostgreSQL services."""
        live = self.world.store.placements.live(environment)
        if live is None:
            return ()
        app = self.world.applications.get(live.fingerprint)
        generations = {
            service.name: self.world.generations.generation(environment, service.name)
            for service in app.of_role(Role.STATEFUL)
        }
        engine = self.world.store.catalog.engine_of(environment)
        mark = (live.release, live.fingerprint, engine, tuple(generations.values()))
        known = self._known.get(environment)
        if known is None or known[0] != mark:
            known = mark, tuple(self._of(app, live.release, generations))
            self._known[environment] = known
        return known[1]

    def _of(
        self, app: Application, number: int, generations: Mapping[str, int]
    ) -> Iterator[Database]:
        environment = app.environment
        release = self.world.store.catalog.release(environment.project, number)
        kit = self.world.kit_of(environment)
        for service in app.of_role(Role.STATEFUL):
            artifact = release.artifacts.get(service.name)
            if artifact is None or kit.tools is None:
                continue
            generation = generations[service.name]
            base = stateful_workload(app, service, artifact)
            said = app.backup.services.get(service.name)
            if said != "postgres" and (said is not None or not is_postgres(base)):
                continue
            yield Database(
                environment=environment,
                workload=stateful_workload(app, service, artifact, generation),
                base=base,
                generation=generation,
                engine=kit.engine,
                console=kit.console,
                tools=kit.tools,
            )

    def settings(self, environment: EnvironmentId) -> BackupSettings | None:
        """Return how the environment wants to be backed up."""
        live = self.world.store.placements.live(environment)
        return self.world.applications.get(live.fingerprint).backup if live else None

    def settled_for_s(self, environment: EnvironmentId) -> float:
        """Return for how long nothing has changed."""
        live = self.world.store.placements.live(environment)
        if live is None or live.live_since is None:
            return 0.0
        if self.world.store.rollouts.active(environment) is not None:
            return 0.0
        return max(0.0, self.world.clock.now() - live.live_since)
