"""Where a database's backup has its files on this machine, and its names in a repository."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shipway.model.names import EnvironmentId, Scope

STREAM = "stream.json"
"""The epoch that is being received."""


@dataclass(frozen=True, slots=True)
class BackupPlaces:
    """Below Shipway's home; private to its user."""

    root: Path

    def of(self, environment: EnvironmentId, service: str) -> Path:
        """Return the database's directory, made."""
        folder = self.root / Scope(environment).label / service
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def has_stream(self, environment: EnvironmentId, service: str) -> bool:
        """Return whether a stream was begun here, by whichever daemon; makes nothing."""
        return (self.root / Scope(environment).label / service / STREAM).exists()

    def wal(self, environment: EnvironmentId, service: str) -> Path:
        """Return the directory of the streams, one directory an epoch."""
        folder = self.of(environment, service) / "wal"
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder

    def work(self, environment: EnvironmentId, service: str, name: str) -> Path:
        """Return a directory for work in progress, not made."""
        return self.of(environment, service) / "work" / name


def wal_prefix(service: str, epoch: str = "") -> str:
    """Return what the names of an epoch's WAL begin with, or of all of a service's."""
    return f"pg/{service}/wal/{epoch}/" if epoch else f"pg/{service}/wal/"


def epoch_name(service: str, epoch: str) -> str:
    """Return the name of the object that describes an epoch."""
    return f"pg/{service}/epoch/{epoch}"


def epoch_prefix(service: str) -> str:
    """Return what the names of all descriptions of epochs begin with."""
    return f"pg/{service}/epoch/"


def base_name(service: str, snapshot: str) -> str:
    """Return the name of the object with what was counted at a base backup."""
    return f"pg/{service}/base/{snapshot[:8]}"


def point_prefix(service: str) -> str:
    """Return what the names of restore points begin with."""
    return f"pg/{service}/point/"


def covered_name(service: str, epoch: str) -> str:
    """Return the name of the object that says until when an epoch is covered."""
    return f"pg/{service}/covered/{epoch}"


def pruned_name(service: str, epoch: str) -> str:
    """Return the name of the object that says from which segment on an epoch is whole."""
    return f"pg/{service}/pruned/{epoch}"
