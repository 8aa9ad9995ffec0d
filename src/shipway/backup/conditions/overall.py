"""All conditions of all environments."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.backup.conditions.clock import clock
from shipway.backup.conditions.content import same_disk, sizes
from shipway.backup.conditions.facts import Facts
from shipway.backup.conditions.proof import drills, key_not_kept, recovering, unverified
from shipway.backup.conditions.runs import failed, missed, repository
from shipway.backup.conditions.writer import other_server
from shipway.backup.ground import Ground
from shipway.backup.key import was_shown
from shipway.backup.recover import is_recovering
from shipway.backup.sources import inventory
from shipway.model.backup_run import BackupRun, RunKind
from shipway.model.condition import Condition
from shipway.model.names import EnvironmentId

LATEST = 60
OF_A_KIND = 10


def backup_conditions(ground: Ground) -> tuple[Condition, ...]:
    """Return what is wrong with the backups of all environments, and with the key."""
    found: list[Condition] = []
    any_backup = False
    for environment in ground.environments():
        found += environment_conditions(ground, environment)
        any_backup = any_backup or bool(ground.records.backups(environment))
    if any_backup:
        found += key_conditions(ground)
    return tuple(found)


def key_conditions(ground: Ground) -> list[Condition]:
    """Return what is wrong with the key of all backups."""
    return [] if was_shown(ground) else [key_not_kept()]


def environment_conditions(ground: Ground, environment: EnvironmentId) -> list[Condition]:
    """Return what is wrong in one environment; nothing where backups are off."""
    facts = facts_of(ground, environment)
    if facts is None:
        return []
    waiting = [recovering(facts)] if is_recovering(ground, environment) else []
    other = ground.writers.other_writer(environment)
    if other is not None:  # what is late or missing here is the other one's affair
        return [*waiting, other_server(facts, other)]
    return [*waiting, *conditions(facts)]


def facts_of(ground: Ground, environment: EnvironmentId) -> Facts | None:
    """Return what is known; None where nothing is live or backups are off."""
    app = ground.application(environment)
    if app is None or not app.backup.scheduled:
        return None
    return Facts(
        environment=environment,
        settings=app.backup,
        sources=inventory(app).sources,
        runs=recent_runs(ground, environment),
        backups=ground.records.backups(environment),
        drills=ground.records.drills(environment),
        now=ground.clock.now(),
    )


def recent_runs(ground: Ground, environment: EnvironmentId) -> tuple[BackupRun, ...]:
    """Return the latest runs of any kind, and the latest few of each kind, newest first."""
    found = ground.runs.recent(environment, limit=LATEST)
    for kind in RunKind:
        found += ground.runs.recent(environment, kind=kind, limit=OF_A_KIND)
    by_id = {run.id: run for run in found}
    return tuple(by_id[number] for number in sorted(by_id, reverse=True))


def conditions(facts: Facts) -> Iterator[Condition]:
    """Yield what is wrong in one environment."""
    for check in (repository, failed, missed, sizes, unverified, drills, same_disk, clock):
        yield from check(facts)
