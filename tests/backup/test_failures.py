"""What goes wrong with a repository is told as what it is, and nothing is good that is not."""

from __future__ import annotations

import errno
import gc
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import pytest

from shipway.errors import Problem
from shipway.repositories.failures import kind_of
from shipway.repositories.key import generate
from shipway.repositories.places import DirectoryPlace, Place, open_repository
from shipway.repositories.repository import ResticRepository
from shipway.repositories.restic import unread_file
from shipway.tools import find_tool
from tests.backup.conftest import KEY as REPOSITORY_KEY
from tests.backup.conftest import empty_bucket, restic_directory
from tests.backup.stateapp import Production, commit
from tests.support.asking import answer
from tests.support.running import Shipway, eventually, free_ports
from tests.support.s3 import Line, S3Server, bucket_at
from tests.support.tinyapp import TinyApp

MB = 1024**2


def opened(place: Place, work: Path) -> ResticRepository:
    """Return a repository that gives up after a few seconds."""
    repository = open_repository(place, REPOSITORY_KEY, work=work)
    repository._restic._retrying_s = 3.0
    return repository


def noise(folder: Path, megabytes: int) -> Path:
    """Return a directory of so much that cannot be packed."""
    folder.mkdir(exist_ok=True)
    (folder / "noise").write_bytes(os.urandom(megabytes * MB))
    return folder


def refused(repository: ResticRepository, tree: Path) -> str:
    """Return the kind of Problem with which a put ends."""
    with pytest.raises(Problem) as caught:
        repository.put(tree, tags={"kind": "volume"})
    assert caught.value.hints
    return caught.value.kind


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Yield a file system of its own, of that size."""
    folder.mkdir()
    argv = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    if done.returncode != 0:
        pytest.skip(f"a small file system cannot be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], timeout=20, check=True)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Fatal: wrong password or no key found", "repository-refused"),
        ("write /mnt/x: no space left on device", "repository-full"),
        ("Save(<data/1>) returned error: Put: QuotaExceeded", "repository-full"),
        ("dial tcp 10.0.0.1:443: connect: connection refused", "repository-unreachable"),
        ("An error occurred (503) when calling PutObject: SlowDown", "repository-unreachable"),
        ("unable to create lock in backend: repository is already locked by", "repository-locked"),
        ("ciphertext verification failed", "repository-damaged"),
        ("The AWS Access Key Id you provided does not exist", "repository-refused"),
        ("something that nobody has seen yet", "repository-failed"),
    ],
)
def test_what_a_program_says_has_one_meaning(said: str, kind: str) -> None:
    assert kind_of(said) == kind


@pytest.mark.slow
def test_a_full_disk_is_told_and_what_was_saved_stays(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with small_disk(tmp_path / "disk", 16) as disk:
        restic_directory(disk / "repository", request)
        repository = opened(DirectoryPlace(path=disk / "repository"), tmp_path / "work")
        first = repository.put(noise(tmp_path / "small", 1), tags={"kind": "volume"})
        assert refused(repository, noise(tmp_path / "large", 24)) == "repository-full"
        with pytest.raises(Problem) as caught:
            repository.put_object("wal/large", os.urandom(24 * MB))
        assert caught.value.kind == "repository-full"
        assert [item.id for item in repository.snapshots()] == [first.id]
        repository.restore(first.id, tmp_path / "back")
        assert (tmp_path / "back" / "noise").stat().st_size == MB


def test_a_file_that_goes_while_it_is_saved_fails_no_backup_and_one_that_cannot_be_read_does(
    tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Uploads come and go; what restic says of such a file is what a real one said here."""
    repository = restic_directory(tmp_path / "repository", request)
    tree = noise(tmp_path / "tree", 1)
    (tree / "current").symlink_to(tmp_path)  # a link to a directory is a file like others
    real = find_tool("restic")
    says = tmp_path / "says"
    wrapper = tmp_path / "restic"
    wrapper.write_text(
        f"""#!/bin/sh
"{real}" "$@"; code=$?
[ "$1" = backup ] && [ -s {says} ] && {{ cat {says} >&2; exit 3; }}
exit $code
"""
    )
    wrapper.chmod(0o755)
    monkeypatch.setattr("shipway.repositories.restic.require_tool", lambda _name: wrapper)
    error = '{"message_type":"error","error":{"Op":"lstat","Path":"f1","Err":%d},"item":"/t/f1"}\n'
    says.write_text(error % errno.ENOENT)
    kept = repository.put(tree, tags={})
    assert (kept.files, kept.bytes) == (2, MB + len(str(tmp_path)))
    says.write_text(error % errno.ENOENT + error % errno.EIO)
    assert refused(cast("ResticRepository", repository), tree) == "source-unreadable"
    assert [item.id for item in repository.snapshots()] == [kept.id[:8]]


@pytest.mark.parametrize(
    ("said", "unread"),
    [
        ('{"error":{"message":"lstat /t/f: no such file or directory"},"item":"/t/f"}', None),
        ('{"error":{"message":"open /t/f: permission denied"},"item":"/t/f"}', "permission"),
        ('{"error":{"Op":"open","Path":"f","Err":13},"item":"/t/f"}', "Permission denied"),
        ("Warning: at least one source file could not be read", None),
    ],
)
def test_restics_words_of_a_file_are_understood_in_old_and_new_versions(
    said: str, unread: str | None
) -> None:
    told = unread_file(said)
    assert (told is None) if unread is None else (told is not None and unread in told)


@pytest.mark.slow
def test_on_a_full_disk_what_was_saved_can_still_be_restored_and_forgotten(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The night on which the disk is full is the one on which a restore is asked for."""
    with small_disk(tmp_path / "disk", 32) as disk:
        restic_directory(disk / "repository", request)
        place = DirectoryPlace(path=disk / "repository")
        repository = opened(place, tmp_path / "work")
        first = repository.put(noise(tmp_path / "one", 8), tags={"kind": "volume"})
        second = repository.put(noise(tmp_path / "two", 8), tags={"kind": "volume"})
        with (disk / "others").open("wb") as others:
            others.truncate(0)
            others.write(b"x" * (shutil.disk_usage(disk).free - 256 * 1024))
        assert refused(repository, noise(tmp_path / "three", 1)) == "repository-full"
        later = opened(place, tmp_path / "work")  # a daemon that was started since
        later.ensure()
        assert len(later.snapshots()) == 2
        later.restore(second.id, tmp_path / "back")
        assert (tmp_path / "back" / "noise").stat().st_size == 8 * MB
        assert later.forget([first.id]) > 7 * MB
        assert [item.id for item in later.snapshots()] == [second.id[:8]]


# the client forgets connections that were refused; Python says so whenever it finds them
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.slow
def test_a_store_that_answers_503_is_unreachable_and_then_good_again(
    tmp_path: Path, s3: S3Server, request: pytest.FixtureRequest
) -> None:
    place = empty_bucket(s3, request)
    with Line(s3.endpoint) as line:
        repository = opened(bucket_at(line.endpoint, place), tmp_path / "work")
        repository.ensure()
        line.refuse(True)
        assert refused(repository, noise(tmp_path / "tree", 1)) == "repository-unreachable"
        with pytest.raises(Problem) as caught:
            repository.put_object("wal/one", b"1")
        assert caught.value.kind == "repository-unreachable"
        line.refuse(False)
        assert repository.put(tmp_path / "tree", tags={}).files == 1
    gc.collect()


def test_wrong_credentials_are_refused_and_no_secret_is_told(
    tmp_path: Path, s3: S3Server, request: pytest.FixtureRequest
) -> None:
    place = bucket_at(s3.endpoint, empty_bucket(s3, request), secret="not-the-secret")
    repository = opened(place, tmp_path / "work")
    with pytest.raises(Problem) as caught:
        repository.ensure()
    assert caught.value.kind == "repository-refused"
    assert refused(repository, noise(tmp_path / "tree", 1)) == "repository-refused"
    assert "not-the-secret" not in f"{caught.value} {place!r} {repository.where}"


def test_a_wrong_key_is_refused(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    restic_directory(tmp_path / "repository", request)
    place = DirectoryPlace(path=tmp_path / "repository")
    opened(place, tmp_path / "work").put_object("one", b"1")
    other = open_repository(place, generate(), work=tmp_path / "other")
    assert refused(other, noise(tmp_path / "tree", 1)) == "repository-refused"
    with pytest.raises(Problem) as caught:
        other.get_object("one")
    assert caught.value.kind == "repository-refused"


@pytest.mark.slow
def test_a_cut_in_the_middle_of_an_upload_leaves_no_snapshot(
    tmp_path: Path, s3: S3Server, request: pytest.FixtureRequest
) -> None:
    place = empty_bucket(s3, request)
    with Line(s3.endpoint, cut_after_bytes=4 * MB) as line:
        repository = opened(bucket_at(line.endpoint, place), tmp_path / "work")
        assert refused(repository, noise(tmp_path / "tree", 24)) == "repository-unreachable"
        assert line.cut
    direct = opened(bucket_at(s3.endpoint, place), tmp_path / "work")
    assert direct.snapshots() == ()
    assert direct.put(tmp_path / "tree", tags={}).files == 1


def test_a_truncated_backup_is_damaged_when_it_is_verified_and_when_it_is_restored(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    restic_directory(tmp_path / "repository", request)
    repository = opened(DirectoryPlace(path=tmp_path / "repository"), tmp_path / "work")
    snapshot = repository.put(noise(tmp_path / "tree", 1), tags={})
    packs = [path for path in (tmp_path / "repository/restic/data").rglob("*") if path.is_file()]
    largest = max(packs, key=lambda path: path.stat().st_size)
    largest.chmod(0o600)
    with largest.open("r+b") as stream:
        stream.truncate(largest.stat().st_size // 2)
    with pytest.raises(Problem) as caught:
        repository.check(read_data=True)
    assert caught.value.kind == "repository-damaged"
    with pytest.raises(Problem) as caught:
        repository.restore(snapshot.id, tmp_path / "back")
    assert caught.value.kind == "repository-damaged"


@pytest.mark.parametrize("how", ["changed", "truncated", "exchanged"])
def test_a_small_object_that_was_tampered_with_does_not_open(
    tmp_path: Path, request: pytest.FixtureRequest, how: str
) -> None:
    restic_directory(tmp_path / "repository", request)
    repository = opened(DirectoryPlace(path=tmp_path / "repository"), tmp_path / "work")
    repository.put_object("wal/1", b"one" * 500)
    repository.put_object("wal/2", b"two" * 500)
    one, two = (tmp_path / "repository" / "objects" / "wal" / name for name in "12")
    content = one.read_bytes()
    if how == "changed":
        one.write_bytes(content[:-20] + bytes([content[-20] ^ 1]) + content[-19:])
    elif how == "truncated":
        one.write_bytes(content[:-30])
    else:
        one.write_bytes(two.read_bytes())
    with pytest.raises(Problem) as caught:
        repository.get_object("wal/1")
    assert caught.value.kind == "repository-damaged"


def test_nothing_in_a_repository_can_be_read_without_the_key(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    restic_directory(tmp_path / "repository", request)
    repository = opened(DirectoryPlace(path=tmp_path / "repository"), tmp_path / "work")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "name-of-a-file").write_bytes(b"content of a file " * 1000)
    repository.put(tree, tags={"subject": "name-of-a-volume"})
    repository.put_object("wal/1", b"content of a file " * 1000)
    for path in (tmp_path / "repository").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"content of a file" not in content
            assert b"name-of-a" not in content
    assert all(
        path.stat().st_mode & 0o077 == 0
        for path in (tmp_path / "work").rglob("*")
        if path.is_file() and path.name == "password"
    )


def test_the_lock_of_a_killed_backup_does_not_keep_the_next_one(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    restic_directory(tmp_path / "repository", request)
    repository = opened(DirectoryPlace(path=tmp_path / "repository"), tmp_path / "work")
    locks = tmp_path / "repository" / "restic" / "locks"
    ended: list[Problem] = []

    def put() -> None:
        try:
            repository.put(noise(tmp_path / "tree", 60), tags={})
        except Problem as problem:
            ended.append(problem)

    thread = threading.Thread(target=put)
    thread.start()
    eventually("the repository is locked", lambda: any(locks.iterdir()))
    for pid in _restics(tmp_path / "repository"):
        os.kill(pid, signal.SIGKILL)
    thread.join(30)
    assert ended
    assert any(locks.iterdir())
    repository.forget(["00000000"])  # wants the lock for itself alone
    assert repository.snapshots() == ()


def _restics(repository: Path) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            variables = (path / "environ").read_bytes()
            name = (path / "comm").read_text().strip()
        except OSError:
            continue
        if name == "restic" and f"RESTIC_REPOSITORY={repository}".encode() in variables:
            found.append(int(path.name))
    return found


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Production]:
    """Yield production, whose repository is on a disk of 16 MB."""
    staging, port = free_ports(2)
    with (
        TemporaryDirectory(prefix="shipway-", ignore_cleanup_errors=True) as name,
        small_disk(tmp_path / "disk", 16) as disk,
    ):
        Path(name).chmod(0o711)
        app = TinyApp(tmp_path / "app", project="full", staging=staging, production=port)
        commit(app, f"backup: {{repository: {disk / 'backups'}}}")
        shipway = Shipway(Path(name) / "home")
        shipway.start(SHIPWAY_BACKUP_SETTLE_S="100000")
        try:
            shipway.rolled("deploy", app.directory, "production")
            yield Production(shipway, "full")
        finally:
            shipway.close()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_daemon_tells_of_a_full_repository_and_of_a_killed_run_and_harms_nothing_live(
    daemon: Production,
) -> None:
    """Nothing is reported as good that is not; production serves throughout."""
    uploads = daemon.volume("uploads")
    (uploads / "noise").write_bytes(os.urandom(24 * MB))
    run = daemon.backup()
    assert run["state"] == "failed"
    assert "repository-full" in daemon.conditions()
    assert daemon.conditions()["repository-full"]["level"] == 5
    assert not any(part["backup"] for part in run["parts"] if part["subject"] == "uploads")

    (uploads / "noise").write_bytes(os.urandom(MB))
    began = daemon.shipway.client.post(daemon.path, {"kind": "full"})
    daemon.shipway.kill()
    daemon.shipway.start(SHIPWAY_BACKUP_SETTLE_S="100000")
    killed = daemon.ended(began["id"])
    assert killed["state"] == "interrupted"
    eventually("no restic is left", lambda: not _restics(daemon.home))

    daemon.saved()
    assert "repository-full" not in daemon.conditions()
    port = daemon.shipway.environment("full", "production")["urls"][0].split(":")[2].strip("/")
    assert answer(int(port))[0] == 200
