"""What lies at a place that a person names after a disaster: the repositories below it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shipway.errors import Problem
from shipway.model.names import EnvironmentId, Scope
from shipway.repositories.key import RecoveryKey
from shipway.repositories.places import (
    BucketPlace,
    DirectoryPlace,
    Place,
    open_repository,
    parse_place,
)
from shipway.repositories.repository import ResticRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The repositories of a place, by environment."""

    place: Place
    repositories: dict[EnvironmentId, ResticRepository]

    @property
    def where(self) -> str:
        """Return the place."""
        return self.place.where

    def link(self, home: Path) -> None:
        """Let the default repository of a new home be this directory, where it is one."""
        link = home / "backup" / "repository"
        if isinstance(self.place, DirectoryPlace) and not link.exists():
            link.unlink(missing_ok=True)  # one that leads nowhere any more
            link.symlink_to(self.place.path.resolve())


def found_below(
    text: str, key: RecoveryKey, *, work: Path, region: str, access: str, secret: str
) -> Found:
    """Return what is at `text`; one environment's own folder will do too.

    Raises Problem `no-repository`, `repository-refused`, `repository-unreachable`,
    `no-credentials`.
    """
    place = parse_place(text, region=region, key=access, secret=secret)
    if isinstance(place, BucketPlace) and not (access and secret):
        raise Problem(
            "no-credentials",
            f"{place.where} needs credentials.",
            hints=["export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…"],
        )
    labels = folders(place)
    if "restic" in labels:  # the folder of one environment
        head, _, last = place.where.rpartition("/")
        place = parse_place(head, region=region, key=access, secret=secret)
        labels = [last]
    found: dict[EnvironmentId, ResticRepository] = {}
    for label in labels:
        environment = _environment(label)
        if environment is not None and "restic" in folders(place.below(label)):
            found[environment] = open_repository(place.below(label), key, work=work / label)
    if not found:
        raise Problem(
            "no-repository",
            f"{place.where} holds no repository of Shipway's.",
            hints=["name the directory that holds PROJECT.ENVIRONMENT folders"],
        )
    return Found(place=place, repositories=found)


def folders(place: Place) -> list[str]:
    """Return the names of the folders at a place."""
    if isinstance(place, DirectoryPlace):
        if not place.path.is_dir():
            return []
        return sorted(entry.name for entry in place.path.iterdir() if entry.is_dir())
    from shipway.repositories.bucket import folders_in

    return folders_in(place)


def _environment(label: str) -> EnvironmentId | None:
    project, mark, name = label.partition(".")
    try:
        found = EnvironmentId(project, name) if mark else None
    except Problem:
        return None
    return found if found and Scope(found).label == label else None
