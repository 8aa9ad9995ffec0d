"""Where a repository is: a directory or a folder in a bucket; and opening what is there."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shipway.errors import Problem

if TYPE_CHECKING:
    from shipway.repositories.key import RecoveryKey
    from shipway.repositories.repository import ResticRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryPlace:
    """A directory of this machine."""

    path: Path

    @property
    def where(self) -> str:
        """Return the path."""
        return str(self.path)

    def below(self, name: str) -> DirectoryPlace:
        """Return the place called `name` in this one."""
        return DirectoryPlace(path=self.path / name)


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketPlace:
    """A folder of a bucket, with the credentials for it."""

    endpoint: str
    bucket: str
    prefix: str
    region: str
    key: str = field(repr=False)
    secret: str = field(repr=False)

    @property
    def where(self) -> str:
        """Return its URL, as `shipway backup recover --repository` takes it."""
        return "/".join(part for part in (f"s3:{self.endpoint}", self.bucket, self.prefix) if part)

    def below(self, name: str) -> BucketPlace:
        """Return the place called `name` in this one."""
        return BucketPlace(
            endpoint=self.endpoint,
            bucket=self.bucket,
            prefix=f"{self.prefix}/{name}".strip("/"),
            region=self.region,
            key=self.key,
            secret=self.secret,
        )


Place = DirectoryPlace | BucketPlace


def parse_place(text: str, *, region: str, key: str, secret: str) -> Place:
    """Return the place that a person names: a path, or `s3:https://HOST/BUCKET/FOLDER`."""
    if not text.startswith("s3:"):
        return DirectoryPlace(path=Path(text).absolute())
    parts = urlsplit(text.removeprefix("s3:"))
    bucket, _, prefix = parts.path.strip("/").partition("/")
    if parts.scheme not in {"http", "https"} or not parts.netloc or not bucket:
        raise Problem(
            "invalid-repository",
            f"{text!r} is not a repository.",
            hints=["write a path, or s3:https://s3.example.com/BUCKET/FOLDER"],
        )
    return BucketPlace(
        endpoint=f"{parts.scheme}://{parts.netloc}",
        bucket=bucket,
        prefix=prefix,
        region=region,
        key=key,
        secret=secret,
    )


def open_repository(place: Place, key: RecoveryKey, *, work: Path) -> ResticRepository:
    """Return the repository at `place`; nothing is asked of it yet.

    work: a private directory for restic's cache and the key's file.
    """
    from shipway.repositories.blobs import blobs_at
    from shipway.repositories.repository import ResticRepository
    from shipway.repositories.restic import Restic
    from shipway.repositories.sealed import SealedObjects

    blobs = blobs_at(place.below("objects"))
    return ResticRepository(
        place=place,
        restic=Restic(place=place.below("restic"), key=key, work=work),
        objects=SealedObjects(blobs, key, where=place.where),
        raw=blobs_at(place.below("restic")),
    )
