"""What the engine will not honour of the Compose file: said before anything is started."""

from __future__ import annotations

from shipway.model.application import Application, Service
from shipway.model.names import Scope
from shipway.model.workload import Artifact, Role, Workload
from shipway.ports import Engine


def engine_notes(engine: Engine, app: Application) -> tuple[str, ...]:
    """Return a sentence for each thing that the engine sets aside, with its service."""
    return tuple(
        f"{service.name}: {sentence}"
        for service in app.services
        for sentence in engine.review(_unbuilt(app, service))
    )


def notes_of(engine: Engine, app: Application) -> tuple[str, ...]:
    """Return all that is to be said of an application: what was guessed, what is set aside."""
    return (*app.notes, *engine_notes(engine, app))


def news(engine: Engine, app: Application, live: Application | None) -> tuple[str, ...]:
    """Return what a rollout tells of it: what was not to be said of the live one already."""
    told = set(notes_of(engine, live)) if live is not None else set()
    return tuple(note for note in notes_of(engine, app) if note not in told)


def _unbuilt(app: Application, service: Service) -> Workload:
    """Return the service's workload before there is an artifact or a release."""
    image = str(service.definition.get("image") or service.name)
    release = None if service.role is Role.STATEFUL else 1
    return Workload(
        scope=Scope(environment=app.environment, release=release),
        service=service.name,
        role=service.role,
        artifact=Artifact(
            service=service.name, kind="image", reference="", name=image, built=service.build
        ),
        definition=service.definition,
        files=service.files,
        volumes=app.volumes,
        networks=app.networks,
        secrets=app.secrets,
        configs=app.configs,
        replicas=service.replicas,
        port=service.port,
    )
