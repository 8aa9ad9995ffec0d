"""What of an application is to be saved, read from its definition.  Pure.

Decided for each stateful service: the project said it (`backup.services`), else its image's
name tells; a database that nobody knows how to save is named, never passed over in silence.
Named volumes and writable folders of the server that no such service owns are trees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shipway.errors import Problem
from shipway.model.application import Application, Service
from shipway.model.backup import BackupKind
from shipway.model.backup_settings import MirroredBucket
from shipway.model.outside import outside_stores
from shipway.model.workload import Role
from shipway.spec.images import is_data_store, repository

POSTGRES = frozenset(
    ("postgres", "postgresql", "pgvector", "pgvecto-rs", "postgis", "timescaledb", "timescaledb-ha")
)
REDIS = frozenset(("redis", "redis-stack", "redis-stack-server", "valkey", "keydb"))
FORGETFUL = frozenset(("memcached",))
SYSTEM_FOLDERS = ("/var/run", "/run", "/proc", "/sys", "/dev", "/etc", "/usr", "/lib", "/tmp")  # noqa: S108 - left aside


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One thing to save.

    subject: as backups of it are called.  service: whose it is.  declared: a volume as
    Compose declares it.  folder: of the server, for a writable bind.
    """

    kind: BackupKind
    subject: str
    service: str | None = None
    declared: Mapping[str, Any] = field(default_factory=dict)
    folder: str | None = None
    bucket: MirroredBucket | None = None
    neo4j: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All sources, and what a person should know of what is not among them."""

    sources: tuple[Source, ...]
    notes: tuple[str, ...] = ()

    @property
    def databases(self) -> tuple[Source, ...]:
        """Return the PostgreSQL services."""
        return tuple(item for item in self.sources if item.kind is BackupKind.BASE)


def inventory(app: Application) -> Inventory:
    """Return what an application has to save."""
    settings, notes = app.backup, []
    sources: list[Source] = []
    taken: set[str] = set()
    for service in app.services:
        how = service_kind(app, service)
        if how is None:
            continue
        if service.name in settings.exclude:
            notes.append(f"{service.name} is left out, as backup.exclude says.")
            taken |= set(_named(service))
            continue
        if how == "files":
            continue
        taken |= set(_named(service))
        kind = {"postgres": BackupKind.BASE, "redis": BackupKind.REDIS}.get(how, BackupKind.VOLUME)
        sources.append(
            Source(kind=kind, subject=service.name, service=service.name, neo4j=how == "neo4j")
        )
    for name, service in _volumes(app).items():
        if name in taken:
            continue
        if name in settings.exclude:
            notes.append(f"The volume {name} is left out, as backup.exclude says.")
            continue
        declared = app.volumes.get(name) or {}
        sources.append(
            Source(kind=BackupKind.VOLUME, subject=name, service=service.name, declared=declared)
        )
        if _unknown_store(service):
            notes.append(
                f"{service.name} ({repository(_image(service))}) is copied as files while it "
                "runs: such a copy may not open. Let it write dumps into a volume."
            )
    sources += _folders(app)
    sources += [
        Source(kind=BackupKind.BUCKET, subject=bucket.name, bucket=bucket)
        for bucket in settings.buckets
    ]
    sources.append(Source(kind=BackupKind.STATE, subject="shipway"))
    notes += [f"{store}" for store in outside_stores(app.services)]
    return Inventory(sources=tuple(sources), notes=tuple(notes))


def service_kind(app: Application, service: Service) -> str | None:
    """Return how a service's data is saved, None where it has no way of its own."""
    said = app.backup.services.get(service.name)
    if said is not None:
        return said
    if service.role is not Role.STATEFUL:
        return None
    image = repository(_image(service))
    if image in POSTGRES:
        return "postgres"
    if image in REDIS:
        return "redis"
    return "neo4j" if image == "neo4j" else None


def mounting(app: Application, source: Source) -> tuple[str, ...]:
    """Return the services that mount a volume or a folder."""
    kind, name = ("bind", source.folder) if source.folder else ("volume", source.subject)
    return tuple(
        service.name
        for service in app.services
        if service.role is not Role.JOB
        and any(str(mount["source"]).rstrip("/") == name for mount in _mounts(service, kind))
    )


def volume_of(app: Application, service: str) -> Source:
    """Return a data service's own volume.  Raises Problem `not-into-place`."""
    named = _named(app.service(service))
    if not named:
        raise Problem(
            "not-into-place",
            f"{service} keeps its data in no named volume.",
            hints=["shipway backup restore … --to DIR"],
        )
    return Source(
        kind=BackupKind.VOLUME,
        subject=named[0],
        service=service,
        declared=app.volumes.get(named[0]) or {},
    )


def _image(service: Service) -> str:
    return str(service.definition.get("image") or "")


def _unknown_store(service: Service) -> bool:
    image = _image(service)
    return (
        service.role is Role.STATEFUL
        and is_data_store(image)
        and repository(image) not in FORGETFUL
    )


def _mounts(service: Service, kind: str) -> Iterator[Mapping[str, Any]]:
    for mount in service.definition.get("volumes") or ():
        if isinstance(mount, Mapping) and mount.get("type") == kind and mount.get("source"):
            yield mount


def _named(service: Service) -> list[str]:
    return [str(mount["source"]) for mount in _mounts(service, "volume")]


def _volumes(app: Application) -> dict[str, Service]:
    """Return the named volumes, and the first service that mounts each."""
    found: dict[str, Service] = {}
    for service in app.services:
        for name in _named(service):
            found.setdefault(name, service)
    return found


def _folders(app: Application) -> Iterator[Source]:
    """Yield the server's own folders that services write to; not those of the checkout."""
    seen: set[str] = set()
    for service in app.services:
        for mount in _mounts(service, "bind"):
            folder = str(mount["source"]).rstrip("/")
            own = app.root and (folder == app.root or folder.startswith(f"{app.root}/"))
            system = any(folder == one or folder.startswith(f"{one}/") for one in SYSTEM_FOLDERS)
            if mount.get("read_only") or own or system or not folder or folder in seen:
                continue
            if folder in app.backup.exclude or folder.rpartition("/")[2] in app.backup.exclude:
                continue
            seen.add(folder)
            yield Source(
                kind=BackupKind.VOLUME, subject=folder, service=service.name, folder=folder
            )
