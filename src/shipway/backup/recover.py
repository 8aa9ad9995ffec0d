"""The way back from nothing: a new machine, a repository and the recovery key.

First the state: what Shipway knew, and the vault, from the newest backup in the repository;
nothing runs on the new machine yet, and the state is told so.  Then, once an environment
was deployed anew, its data.  Until then nothing is saved there: an empty volume must not
become the newest backup.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from shipway.backup.archive import backups_in
from shipway.backup.ground import Ground
from shipway.backup.sources import inventory
from shipway.backup.state import DATABASE
from shipway.errors import Problem
from shipway.files import replace_file
from shipway.model.backup import Backup, BackupKind
from shipway.model.names import EnvironmentId, Scope
from shipway.ports_repository import Repository

MARKS = "recovering"
ASIDE = ".before-recovery"
BY_ITSELF = frozenset((BackupKind.BASE, BackupKind.STATE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What came back.  at: the moment of the state's backup; backups: by environment."""

    at: float
    environments: tuple[str, ...]
    projects: tuple[tuple[str, str], ...]
    backups: int


def check_home(home: Path) -> None:
    """Raise Problem `home-in-use` where a state is."""
    if (home / DATABASE).exists():
        raise Problem(
            "home-in-use",
            f"{home} has a state already; a recovery never writes over one.",
            hints=[
                "SHIPWAY_HOME=DIR shipway backup recover …, for an empty directory",
                f"mv {home} {home}.old, where what is there is not needed",
            ],
        )


def recover_state(
    home: Path,
    repositories: Mapping[EnvironmentId, Repository],
    *,
    key_text: str,
    link: Callable[[Path], None] = lambda _home: None,
) -> Recovered:
    """Bring the state back into an empty home.  Raises Problem `home-in-use`, `no-backup`.

    link: makes the repositories known to the home.  Killed anywhere, it can be typed again: the
    state is in the home only when everything else is, so that no daemon ever takes an empty
    volume for the newest there is.
    """
    check_home(home)
    known = {
        environment: tuple(backups_in(repository, environment))
        for environment, repository in repositories.items()
    }
    states = [item for found in known.values() for item in found if item.kind is BackupKind.STATE]
    if not states:
        where = ", ".join(repository.where for repository in repositories.values()) or "none"
        raise Problem(
            "no-backup",
            f"no backup of Shipway's state was found (repositories looked at: {where}).",
            hints=["name the directory or the folder that holds PROJECT.ENVIRONMENT"],
        )
    newest = max(states, key=lambda item: item.ended_at)
    environments = tuple(sorted(Scope(environment).label for environment in repositories))
    fresh = _fetch(home, repositories[newest.environment], newest)
    try:
        projects = _settle(fresh / DATABASE, known)
        _mark_recovering(home, environments, newest.ended_at, key_text)
        link(home)
        _move_in(fresh, home)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return Recovered(
        at=newest.ended_at,
        environments=environments,
        projects=projects,
        backups=sum(len(found) for found in known.values()),
    )


def _fetch(home: Path, repository: Repository, backup: Backup) -> Path:
    """Return the state's content, in a directory of its own."""
    home.mkdir(parents=True, exist_ok=True, mode=0o711)
    home.chmod(0o711)
    fresh = home / "backup" / "staging" / "recovered"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    repository.restore(backup.id, fresh)
    return fresh


def _mark_recovering(home: Path, environments: Sequence[str], at: float, key_text: str) -> None:
    folder = home / "backup"
    replace_file(folder / "key", f"{key_text}\n", mode=0o600)
    replace_file(folder / "key-shown", f"{at:.0f}\n", mode=0o600)
    for label in environments:
        replace_file(folder / MARKS / label, json.dumps({"at": at}), mode=0o600)


def _move_in(fresh: Path, home: Path) -> None:
    """Move the content into the home; the database last: it is what says that there is a state."""
    for entry in sorted(fresh.iterdir(), key=lambda path: path.name == DATABASE):
        place = home / entry.name
        if place.is_dir():
            aside = place.with_name(f"{place.name}{ASIDE}")
            if aside.exists():  # so this one is of a recovery that was cut off
                shutil.rmtree(place)
            else:
                place.rename(aside)
        entry.rename(place)


def _settle(
    database: Path, known: Mapping[EnvironmentId, tuple[Backup, ...]]
) -> tuple[tuple[str, str], ...]:
    """Tell the state that nothing runs here, and of the backups since; return the projects."""
    with closing(sqlite3.connect(database, isolation_level=None)) as state:
        state.execute("PRAGMA foreign_keys = ON")
        state.execute("BEGIN IMMEDIATE")
        state.execute("UPDATE placement SET state = 'removed' WHERE state <> 'removed'")
        state.execute("UPDATE environment SET serving = NULL")
        state.execute(
            "UPDATE rollout SET state = 'failed', finished_at = coalesce(finished_at, created_at)"
            " WHERE state IN ('running', 'unwinding', 'stuck')"
        )
        for backup in (item for found in known.values() for item in found):
            state.execute(
                "INSERT INTO backup (project, environment, id, subject, kind, began_at, ended_at,"
                " bytes, facts_json, counts_json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (
                    backup.environment.project,
                    backup.environment.name,
                    backup.id,
                    backup.subject,
                    backup.kind.value,
                    backup.began_at,
                    backup.ended_at,
                    backup.bytes,
                    json.dumps(dict(backup.facts)),
                    json.dumps(dict(backup.counts)),
                ),
            )
        state.execute("COMMIT")
        return tuple(state.execute("SELECT name, directory FROM project ORDER BY name"))


def is_recovering(ground: Ground, environment: EnvironmentId) -> bool:
    """Return whether the environment's data is still to be brought back."""
    return _mark(ground, environment).exists()


def newest_of_all(ground: Ground, environment: EnvironmentId) -> tuple[Backup, ...]:
    """Return the newest backup of everything but databases."""
    newest: list[Backup] = []
    for source in inventory(ground.live(environment)).sources:
        if source.kind in BY_ITSELF or source.neo4j:
            continue
        newest += ground.records.backups(environment, kind=source.kind, subject=source.subject)[:1]
    return tuple(newest)


def end_recovery(ground: Ground, environment: EnvironmentId) -> None:
    """Ensure that the environment may be saved again: its data is back."""
    _mark(ground, environment).unlink(missing_ok=True)


def _mark(ground: Ground, environment: EnvironmentId) -> Path:
    return ground.folder / MARKS / Scope(environment).label
