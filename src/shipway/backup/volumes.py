"""Volumes and folders as trees; the SQLite files in them by SQLite's own backup."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shipway.backup.ground import Ground, Taking
from shipway.backup.sources import Source
from shipway.backup.sqlite import companions, copy_database, find_databases
from shipway.errors import Problem
from shipway.files import shown
from shipway.model.backup import Backup, BackupKind
from shipway.model.names import EnvironmentId


def take_volume(taking: Taking, source: Source) -> Iterator[Backup]:
    """Save a volume: its SQLite files one by one, then all the rest.

    Raises Problem `volume-missing`, `volume-unreadable`, `backup-broken`.
    """
    try:
        folder = folder_of(taking.ground, taking.environment, source)
    except Problem as problem:
        if problem.kind != "volume-unreadable" or source.folder is not None:
            raise
        with _copied(taking, source) as copy:
            yield from _take(taking, source, copy)
    else:
        yield from _take(taking, source, folder)


@contextmanager
def _copied(taking: Taking, source: Source) -> Iterator[Path]:
    """Yield a copy of a volume, made by the engine; one with SQLite files is refused."""
    ground = taking.ground
    with ground.staged(taking.environment, f"volume-{source.subject}") as copy:
        folders = ground.kit(taking.environment).folders
        folders.copy_volume(taking.environment, source.subject, source.declared, copy)
        live = next(find_databases(copy), None)
        if live is not None:  # a copy of a live one lacks what is in its journal
            raise Problem(
                "volume-unreadable",
                f"{taking.environment}: the volume {source.subject} holds the SQLite file {live},"
                " which can be saved only by a daemon that may look into the volume.",
                hints=["sudo shipway install, on the machine of the Docker Engine"],
            )
        yield copy


def _take(taking: Taking, source: Source, folder: Path) -> Iterator[Backup]:
    databases = list(find_databases(folder))
    copies: dict[str, str] = {}
    for path in databases:
        backup = _take_database(taking, source, folder, path)
        copies[path] = backup.id
        yield backup
    clock = taking.ground.clock
    began = clock.now()
    left_out = [name for path in databases for name in companions(path)]
    snapshot = taking.repository.put(
        folder,
        tags=taking.tags(BackupKind.VOLUME, source.subject),
        exclude=left_out,
        output=taking.output,
        cancelled=taking.cancelled,
    )
    yield Backup(
        id=snapshot.id,
        environment=taking.environment,
        subject=source.subject,
        kind=BackupKind.VOLUME,
        began_at=began,
        ended_at=clock.now(),
        bytes=snapshot.bytes,
        facts={
            "files": str(snapshot.files),
            "added_bytes": str(snapshot.added_bytes or 0),
            "sqlite": json.dumps(copies),  # with which it is whole
        },
        counts={"files": snapshot.files},
    )


def folder_of(ground: Ground, environment: EnvironmentId, source: Source) -> Path:
    """Return the directory of a source.  Raises Problem `volume-missing`, `volume-unreadable`."""
    if source.folder is None:
        return ground.kit(environment).folders.volume_folder(
            environment, source.subject, source.declared
        )
    folder = Path(source.folder)
    if not folder.is_dir():
        raise Problem(
            "volume-missing",
            f"{environment}: the folder {folder} does not exist.",
            hints=[f"backup: {{exclude: [{folder}]}} in shipway.yaml, to leave it out"],
        )
    return folder


def _take_database(taking: Taking, source: Source, folder: Path, path: str) -> Backup:
    clock = taking.ground.clock
    began = clock.now()
    subject = f"{source.subject}/{shown(path)}"
    with taking.ground.staged(taking.environment, f"sqlite-{subject}") as staged:
        counts = copy_database(folder / path, staged / Path(path).name)
        snapshot = taking.repository.put(
            staged,
            tags=taking.tags(BackupKind.SQLITE, subject, volume=source.subject),
            output=taking.output,
            cancelled=taking.cancelled,
        )
    return Backup(
        id=snapshot.id,
        environment=taking.environment,
        subject=subject,
        kind=BackupKind.SQLITE,
        began_at=began,
        ended_at=clock.now(),
        bytes=snapshot.bytes,
        facts={
            "files": "1",
            "added_bytes": str(snapshot.added_bytes or 0),
            "volume": source.subject,
        },
        counts=counts,
    )
