"""Earlier data: what restores have replaced is listed, removed by hand, and in time by itself.

Invariant: what is live is never removed, and nothing is while a rollout runs.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from shipway.backup.ages import kept_ages
from shipway.backup.ground import Ground
from shipway.backup.into_place import EARLIER, MOMENT
from shipway.backup.sources import Source, inventory, volume_of
from shipway.backup.volumes import folder_of
from shipway.errors import Problem
from shipway.model.backup import BackupKind
from shipway.model.backup_settings import BackupSettings
from shipway.model.earlier import EarlierData, past_their_time
from shipway.model.generation import data_volume, generation_volume
from shipway.model.names import EnvironmentId
from shipway.ports_backup import HeldVolume
from shipway.ports_data import Database

log = logging.getLogger("shipway.backup")

COUNT_S = 3.0
FILES = frozenset((BackupKind.VOLUME, BackupKind.REDIS))
NAME = re.compile(rf"{re.escape(EARLIER)}(\d{{8}}-\d{{6}})")


def earlier_data(
    ground: Ground, environment: EnvironmentId, *, sized: bool = False
) -> tuple[EarlierData, ...]:
    """Return the earlier states of each service's and volume's data, after the live one.

    Nothing of what was never replaced.  sized: their bytes too, which takes a look at each file.
    """
    volumes = {item.name: item for item in ground.kit(environment).folders.held(environment)}
    found: list[EarlierData] = []
    for database in ground.databases(environment):
        found += _of_database(ground, database, volumes)
    app = ground.application(environment)
    for source in inventory(app).sources if app else ():
        if source.kind in FILES and not source.neo4j:
            with suppress(Problem):  # what may not be looked into was never exchanged either
                found += _of_files(ground, environment, source)
    return tuple(_sized(item) for item in found) if sized else tuple(found)


def _of_database(
    ground: Ground, database: Database, volumes: dict[str, HeldVolume]
) -> Iterator[EarlierData]:
    stem = data_volume(database.base)
    ours = re.compile(rf"{re.escape(stem)}\.g(\d+)")
    numbers = {int(told[1]): name for name in volumes if (told := ours.fullmatch(name))}
    declared = database.base.volumes.get(stem) or {}
    if stem in volumes and not declared.get("external"):
        numbers[1] = stem
    earlier = sorted((number for number in numbers if number != database.generation), reverse=True)
    if not earlier:
        return
    live = (
        stem if database.generation == 1 else generation_volume(database.base, database.generation)
    )
    for number in (database.generation, *earlier):
        name = live if number == database.generation else numbers[number]
        held = volumes.get(name)
        yield EarlierData(
            environment=database.environment,
            subject=database.service,
            name=name,
            where=str(held.folder) if held and held.folder else name,
            replaced_at=None
            if number == database.generation
            else _replaced_at(ground, number, {*numbers, database.generation}),
            live=number == database.generation,
        )


def _replaced_at(ground: Ground, number: int, numbers: set[int]) -> float | None:
    """Return when a generation gave way to the next one, which has its rollout's number."""
    later = [other for other in numbers if other > number]
    return ground.rollout_ended(min(later, default=number))


def _of_files(ground: Ground, environment: EnvironmentId, source: Source) -> Iterator[EarlierData]:
    subject = source.subject
    if source.kind is BackupKind.REDIS:
        source = volume_of(ground.live(environment), source.subject)
    place = folder_of(ground, environment, source)
    earlier = []
    for path in place.parent.iterdir():
        told = NAME.fullmatch(path.name.removeprefix(place.name))
        if told and path.name.startswith(place.name):
            moment = time.mktime(time.strptime(told[1], MOMENT))
            earlier.append((moment, f"{source.subject}{told[0]}", path))
    if earlier:
        yield EarlierData(
            environment=environment,
            subject=subject,
            name=source.subject,
            where=str(place),
            live=True,
        )
    for moment, name, path in sorted(earlier, reverse=True):
        yield EarlierData(
            environment=environment,
            subject=subject,
            name=name,
            where=str(path),
            replaced_at=moment,
        )


def remove_earlier(
    ground: Ground, environment: EnvironmentId, names: Sequence[str]
) -> tuple[EarlierData, ...]:
    """Ensure that earlier data of these names are gone; return what was there.

    Raises Problem `environment-locked`, `no-generation`, `generation-live`; nothing was
    removed then.
    """
    if ground.locked(environment):
        raise Problem(
            "environment-locked",
            f"{environment}: a rollout runs. Nothing was removed.",
            hints=["shipway status", "try again when it has ended"],
        )
    found = {item.name: item for item in earlier_data(ground, environment)}
    for name in names:
        if name not in found:
            known = ", ".join(item.name for item in found.values() if not item.live) or "none"
            raise Problem(
                "no-generation",
                f"{environment} has no earlier data called {name} (it has: {known}).",
                hints=[f"shipway backup generations {environment.name}"],
            )
        if found[name].live:
            raise Problem(
                "generation-live",
                f"{name} is the live data of {found[name].subject} in {environment}. It stays.",
                hints=[f"shipway backup generations {environment.name}"],
            )
    gone = tuple(found[name] for name in dict.fromkeys(names))
    for item in gone:
        _remove(ground, item)
    return gone


def remove_old(ground: Ground) -> tuple[EarlierData, ...]:
    """Remove what has had its time in all environments; return what was removed."""
    gone: list[EarlierData] = []
    for environment in ground.environments():
        app = ground.application(environment)
        if app is None or ground.locked(environment):
            continue
        try:
            found = earlier_data(ground, environment)
            now = ground.clock.now()
            if app.backup.scheduled:
                found = _as_old(ground, environment, app.backup, found, now)
            old = past_their_time(found, app.backup.replaced_keep_s, now)
            for item in old:
                _remove(ground, item)
                gone.append(item)
                log.info("%s: removed the earlier data %s", environment, item.name)
        except Problem as problem:
            log.warning("%s: %s", environment, problem)
    return tuple(gone)


def _as_old(
    ground: Ground,
    environment: EnvironmentId,
    settings: BackupSettings,
    found: Sequence[EarlierData],
    now: float,
) -> tuple[EarlierData, ...]:
    """Return what was found as old as it is by the backups since: clocks jump."""
    age = kept_ages(
        (backup.ended_at for backup in ground.records.backups(environment)),
        now,
        keep_s=settings.replaced_keep_s,
        cron=settings.base_cron,
        zone=settings.timezone,
    )
    return tuple(
        replace(item, replaced_at=now - age(item.replaced_at))
        if item.replaced_at is not None
        else item
        for item in found
    )


def _remove(ground: Ground, item: EarlierData) -> None:
    if NAME.search(item.name):
        shutil.rmtree(item.where)
    else:
        ground.kit(item.environment).folders.remove_volume(item.environment, item.name)


def _sized(item: EarlierData) -> EarlierData:
    folder = Path(item.where)
    return replace(item, bytes=tree_bytes(folder)) if folder.is_absolute() else item


def tree_bytes(folder: Path) -> int | None:
    """Return how much a directory holds; None where counting takes too long."""
    until = time.monotonic() + COUNT_S
    total = 0
    for here, _folders, files in os.walk(folder):
        if time.monotonic() > until:
            return None
        for name in files:
            with suppress(OSError):  # gone meanwhile
                total += os.lstat(Path(here) / name).st_size
    return total
