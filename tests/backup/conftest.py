"""The repositories over which the conformance suite runs: add a maker, and it is tested."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from shipway.ports_repository import Repository
from shipway.repositories.key import generate
from shipway.repositories.places import DirectoryPlace, Place, open_repository
from tests.support.directory_repository import DirectoryRepository
from tests.support.s3 import BUCKET, S3Server, bucket_at, s3_server

Maker = Callable[[Path, pytest.FixtureRequest], Repository]
KEY = generate()


def opened(place: Place, work: Path) -> Repository:
    """Return the repository at `place`, which is a copy of the empty one."""
    repository = open_repository(place, KEY, work=work)
    repository.ensure()
    return repository


def restic_directory(path: Path, request: pytest.FixtureRequest) -> Repository:
    """Return an empty repository on disk."""
    shutil.copytree(request.getfixturevalue("empty_repository"), path)
    return opened(DirectoryPlace(path=path), path.parent / "work")


def restic_bucket(path: Path, request: pytest.FixtureRequest) -> Repository:
    """Return an empty repository in a bucket."""
    server: S3Server = request.getfixturevalue("s3")
    place = bucket_at(server.endpoint, empty_bucket(server, request))
    return opened(place, path.parent / "work")


def empty_bucket(server: S3Server, request: pytest.FixtureRequest) -> str:
    """Make an empty repository in a folder of the bucket; return the folder's name."""
    prefix = f"t{uuid.uuid4().hex[:8]}/shop.production"
    shutil.copytree(request.getfixturevalue("empty_repository"), server.folder / BUCKET / prefix)
    return prefix


MAKERS: dict[str, Maker] = {
    "directory": lambda path, _request: DirectoryRepository(path),
    "restic-directory": restic_directory,
    "restic-bucket": restic_bucket,
}


@pytest.fixture(scope="session")
def empty_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository as restic makes it: that takes a second, copying it does not."""
    path = tmp_path_factory.mktemp("empty") / "repository"
    opened(DirectoryPlace(path=path), path.parent / "work")
    return path


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """Yield an S3-compatible server."""
    with (
        TemporaryDirectory(prefix="shipway-s3-", ignore_cleanup_errors=True) as name,
        s3_server(Path(name) / "root") as endpoint,
    ):
        yield S3Server(endpoint=endpoint, folder=Path(name) / "root")


@pytest.fixture(params=sorted(MAKERS))
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Repository:
    """Return an empty repository."""
    return MAKERS[request.param](tmp_path / "repository", request)
