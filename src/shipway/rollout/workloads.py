"""Workloads out of an application: what an engine is asked to run.  Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from shipway.model.application import Application, Job, Service
from shipway.model.generation import on_generation
from shipway.model.names import Scope, release_label
from shipway.model.records import Release
from shipway.model.workload import Artifact, Role, SecretMap, Workload


def stateful_workload(
    app: Application, service: Service, artifact: Artifact, generation: int = 1
) -> Workload:
    """Return the workload of a stateful service: the environment's, whatever the release.

    generation: of its data, where a restore has made a later one.
    """
    workload = _workload(app, service, Scope(environment=app.environment), artifact, {})
    return on_generation(workload, generation)


def release_workload(app: Application, service: Service, release: Release) -> Workload:
    """Return the workload of a service of a release."""
    scope = Scope(environment=app.environment, release=release.number)
    return _workload(app, service, scope, release.artifacts[service.name], _told(app, release))


def release_workloads(app: Application, release: Release, *roles: Role) -> tuple[Workload, ...]:
    """Return the workloads of the release's services that have one of the roles."""
    return tuple(release_workload(app, service, release) for service in app.of_role(*roles))


def waves(
    app: Application, release: Release, *roles: Role, boot: bool = False
) -> Iterator[tuple[Workload, ...]]:
    """Yield the release's workloads of the roles, each after those that its service depends on.

    Names lead to what has been started only: an nginx ends where its upstream's is not there.
    boot: who waits until another is healthy (`service_healthy`) boots beside it all the same:
    a rollout would take as long as all boots together.
    """
    depths: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in depths:
            depths[name] = 0
            before = _before(by_name[name], boot=boot) & by_name.keys()
            depths[name] = max(
                (depth(one) + (by_name[one].role in roles) for one in before), default=0
            )
        return depths[name]

    by_name = {service.name: service for service in app.services}
    workloads = release_workloads(app, release, *roles)
    for level in sorted({depth(workload.service) for workload in workloads}):
        yield tuple(one for one in workloads if depth(one.service) == level)


def _before(service: Service, *, boot: bool) -> set[str]:
    if not boot:
        return set(service.after)
    waits = service.definition.get("depends_on") or {}
    healthy = {name for name, how in waits.items() if how.get("condition") == "service_healthy"}
    return set(service.after) - healthy


def job_workload(app: Application, job: Job, release: Release) -> Workload:
    """Return the workload of a job: its service's artifact and configuration, one instance."""
    service = app.service(job.service)
    base = release_workload(app, service, release)
    return replace(
        base,
        service=job.name if job.argv is not None else service.name,
        role=Role.JOB,
        replicas=1,
        port=None,
        argv=job.argv,
    )


def _told(app: Application, release: Release) -> Mapping[str, str]:
    """Return the variables by which an instance knows what it is."""
    return {
        "SHIPWAY_RELEASE": release_label(release.number),
        "SHIPWAY_COMMIT": release.commit.hash,
        "SHIPWAY_ENVIRONMENT": app.environment.name,
    }


def _workload(
    app: Application,
    service: Service,
    scope: Scope,
    artifact: Artifact,
    told: Mapping[str, str],
) -> Workload:
    stateless = tuple(item.name for item in app.services if item.role is not Role.STATEFUL)
    stateful = tuple(item.name for item in app.services if item.role is Role.STATEFUL)
    return Workload(
        scope=scope,
        service=service.name,
        role=service.role,
        artifact=artifact,
        definition=service.definition,
        environment=SecretMap({**service.environment, **told}),
        files=service.files,
        volumes=app.volumes,
        networks=app.networks,
        secrets=app.secrets,
        configs=app.configs,
        replicas=service.replicas,
        port=service.port,
        stop_signal=service.stop_signal,
        stop_grace_s=service.stop_grace_s,
        peers=stateless if scope.release is not None else (),
        environment_peers=stateful,
        aliases=aliases(app),
    )


def aliases(app: Application) -> dict[str, str]:
    """Return the further names by which Compose lets services be reached, and whose they are."""
    names = {service.name for service in app.services}
    found: dict[str, str] = {}
    for service in app.services:
        definition = service.definition
        networks = definition.get("networks") or {}
        further = [definition.get("container_name"), definition.get("hostname")]
        for network in networks.values() if isinstance(networks, Mapping) else ():
            further += (network or {}).get("aliases") or ()
        found |= {str(name): service.name for name in further if name and name not in names}
    return _linked(app, names) | found


def _linked(app: Application, names: set[str]) -> dict[str, str]:
    """Return the names of `links: [redis:cache]`; not one that means two services."""
    meant: dict[str, set[str]] = {}
    for service in app.services:
        for link in service.definition.get("links") or ():
            name, _, alias = str(link).partition(":")
            if alias and alias not in names and name in names:
                meant.setdefault(alias, set()).add(name)
    return {alias: services.pop() for alias, services in meant.items() if len(services) == 1}
