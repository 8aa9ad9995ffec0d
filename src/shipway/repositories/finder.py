"""Finds an environment's repository: its settings, its credentials, the key; makes it ready."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from shipway.errors import Problem
from shipway.model.backup_settings import BackupSettings, MirroredBucket, S3Location
from shipway.model.names import EnvironmentId, Scope
from shipway.ports_repository import Bucket, Writer
from shipway.ports_vault import Secrets
from shipway.repositories.key import RecoveryKey, ensure_key
from shipway.repositories.places import BucketPlace, DirectoryPlace, Place, open_repository
from shipway.repositories.repository import ResticRepository
from shipway.repositories.writer import Writing, writing

SettingsOf = Callable[[EnvironmentId], BackupSettings | None]


class EnvironmentRepositories:
    """Implements the ports Repositories and Writers.

    home: the directory of backups below Shipway's own.
    settings: an environment's settings; None where nothing of it is known.
    """

    def __init__(self, home: Path, settings: SettingsOf, secrets: Secrets) -> None:
        self._home = home
        self._settings = settings
        self._secrets = secrets
        self._ready: dict[EnvironmentId, tuple[Place, ResticRepository]] = {}
        self._writings: dict[EnvironmentId, tuple[Place, Writing]] = {}
        self._guard = threading.Lock()
        self._making: dict[EnvironmentId, threading.Lock] = {}

    @property
    def key(self) -> RecoveryKey:
        """Return the key of all repositories, made now where there is none."""
        return ensure_key(self._home / "key")

    def of(self, environment: EnvironmentId) -> ResticRepository | None:
        """Return the environment's repository, made ready; None where there is none."""
        place = self.place(environment)
        if place is None:
            return None
        with self._guard:
            known = self._ready.get(environment)
            making = self._making.setdefault(environment, threading.Lock())
        if known is not None and known[0] == place:
            return known[1]
        with making:
            known = self._ready.get(environment)
            if known is not None and known[0] == place:
                return known[1]
            label = Scope(environment).label
            found = open_repository(place, self.key, work=self._home / "work" / label)
            found.writing = self._writing(environment, place, found)
            found.ensure()
            with self._guard:
                self._ready[environment] = (place, found)
        return found

    def ensure_writer(self, environment: EnvironmentId) -> None:
        """Return where this server is the writer; see the port."""
        found = self.of(environment)
        if found is not None and found.writing is not None:
            found.writing.ensure()

    def other_writer(self, environment: EnvironmentId) -> Writer | None:
        """Return who is the writer instead, as was seen last."""
        known = self._writings.get(environment)
        return known[1].other if known is not None else None

    def take_over(self, environment: EnvironmentId) -> Writer | None:
        """Ensure that this server is the writer; return who was it instead."""
        found = self.of(environment)
        return found.writing.take() if found is not None and found.writing is not None else None

    def _writing(
        self, environment: EnvironmentId, place: Place, repository: ResticRepository
    ) -> Writing:
        """Return the same one for as long as the place is: it remembers what it has seen."""
        known = self._writings.get(environment)
        if known is None or known[0] != place:
            made = writing(environment, repository.small, where=place.where, home=self._home)
            known = self._writings[environment] = (place, made)
        return known[1]

    def place(self, environment: EnvironmentId) -> Place | None:
        """Return where the environment's repository is; None where nothing is known of it."""
        settings = self._settings(environment)
        if settings is None:
            return None
        return self.base(environment, settings).below(Scope(environment).label)

    def base(self, environment: EnvironmentId, settings: BackupSettings) -> Place:
        """Return the place that holds the repositories of a project's environments."""
        if settings.s3 is not None:
            return bucket_place(settings.s3, environment, self._secrets)
        if settings.directory is not None:
            return DirectoryPlace(path=Path(settings.directory))
        return DirectoryPlace(path=self._home / "repository")

    def where(self, environment: EnvironmentId) -> str:
        """Return where the environment's repository is, without asking it anything."""
        settings = self._settings(environment)
        label = Scope(environment).label
        if settings is None:
            return ""
        if settings.s3 is not None:
            at = settings.s3
            parts = (f"s3:{at.endpoint}", at.bucket, at.prefix, label)
            return "/".join(part for part in parts if part)
        return str(Path(settings.directory or self._home / "repository") / label)

    def key_text(self) -> str:
        """Return the recovery key."""
        return self.key.text

    def bucket(self, mirrored: MirroredBucket, environment: EnvironmentId) -> Bucket:
        """Return one of the application's buckets."""
        from shipway.repositories.bucket import PlainBucket

        return PlainBucket(bucket_place(mirrored.location, environment, self._secrets))

    def forget_ready(self, environment: EnvironmentId) -> None:
        """Ask the repository anew the next time: it failed, or its credentials changed."""
        with self._guard:
            self._ready.pop(environment, None)


def bucket_place(location: S3Location, environment: EnvironmentId, secrets: Secrets) -> BucketPlace:
    """Return a bucket's folder with its credentials.  Raises Problem `no-credentials`."""
    values = secrets.values(environment)
    absent = [name for name in (location.key, location.secret) if not values.get(name)]
    if absent:
        raise Problem(
            "no-credentials",
            f"the vault of {environment} has no {' and no '.join(absent)}, which the bucket "
            f"{location.bucket} needs.",
            hints=[f"shipway secret set {name} -e {environment.name}" for name in absent],
        )
    return BucketPlace(
        endpoint=location.endpoint,
        bucket=location.bucket,
        prefix=location.prefix,
        region=location.region,
        key=values[location.key],
        secret=values[location.secret],
    )
