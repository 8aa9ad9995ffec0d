"""The server is lost under load: what is left is the repository and the recovery key."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.support.dbapp import Board, DatabaseApp, Writer
from tests.support.running import Shipway, eventually, free_ports
from tests.support.s3 import BUCKET, KEY, SECRET, s3_server

PROMISED_S = 5.0
LOAD_S = 6.0
WHERE = [
    # for the figures; what is promised holds beside other tests, too
    pytest.param("process", "directory", marks=pytest.mark.alone),
    ("process", "s3"),
    pytest.param("docker", "directory", marks=pytest.mark.docker),
    pytest.param("docker", "s3", marks=pytest.mark.docker),
]


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[ExitStack]:
    """Yield what ends everything that was begun; backups begin at once."""
    monkeypatch.setenv("SHIPWAY_BACKUP_SETTLE_S", "0.2")
    with ExitStack() as found:
        yield found


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "place"), WHERE)
def test_a_lost_server_comes_back_from_the_repository_alone(
    ground: Path,
    stack: ExitStack,
    engine: str,
    place: str,
    record_property: Callable[[str, object], None],
) -> None:
    """R116, R118, R124: killed and deleted under a steady load; the last 5 seconds at most."""
    where = str(ground / "repository")
    if place == "s3":
        endpoint = stack.enter_context(s3_server(ground / "s3"))
        where = f"{{bucket: {BUCKET}, endpoint: '{endpoint}'}}"
    staging, production = free_ports(2)
    app = DatabaseApp(
        ground / "app",
        repository=where,
        project=f"d{os.getpid()}{engine[0]}{place[0]}",
        staging=staging,
        production=production,
        deadline="20s",
        settle="200ms",
    )
    app.deliver()
    lost = Shipway(ground / "lost", engine=engine)
    lost.start()
    stack.callback(lambda: destroy_everything(lost, engine, app))
    board = begin(lost, app, place)
    writer = Writer(board=board)
    writer.start()
    time.sleep(LOAD_S)  # the load itself
    key = (lost.places.home / "backup" / "key").read_bytes()
    assert len(writer.acknowledged) > 100

    killed_at = time.time()
    destroy_everything(lost, engine, app)
    writer.stop()
    acknowledged = [item for item in writer.acknowledged if item[1] <= killed_at]

    elsewhere = Shipway(ground / "elsewhere", engine=engine)
    folder = elsewhere.places.home / "backup"
    folder.mkdir(parents=True)
    elsewhere.places.home.chmod(0o711)
    (folder / "key").write_bytes(key)
    (folder / "key").chmod(0o600)
    began = time.monotonic()
    elsewhere.start()
    stack.callback(elsewhere.close)
    board = deploy(elsewhere, app, place)
    elsewhere.rolled("restore", app.directory, "staging")
    kept = set(board.numbers())
    took = time.monotonic() - began

    missing = [at for number, at in acknowledged if number not in kept]
    span = killed_at - min(missing) if missing else 0.0
    record_property(
        "figure",
        f"{engine}, {place}: {len(missing)} of {len(acknowledged)} acknowledged transactions lost"
        f" ({span:.2f} s), serving again after {took:.1f} s",
    )
    assert span <= PROMISED_S
    assert kept <= {number for number, _at in writer.acknowledged} | {len(writer.acknowledged) + 1}
    board.rows("INSERT INTO items VALUES (-1, now())")
    assert -1 in board.numbers()


def begin(shipway: Shipway, app: DatabaseApp, place: str) -> Board:
    """Deploy, and wait until there is a base backup."""
    board = deploy(shipway, app, place)
    board.backed_up()
    return board


def deploy(shipway: Shipway, app: DatabaseApp, place: str) -> Board:
    """Deploy into staging, with the repository's credentials."""
    if place == "s3":
        path = f"/projects/{app.project}/environments/staging/secrets"
        values = {"BACKUP_S3_KEY": KEY, "BACKUP_S3_SECRET": SECRET}
        shipway.client.post(path, {"put": values})
    shipway.rolled("deploy", app.directory, "staging")
    return Board(shipway=shipway, project=app.project)


def destroy_everything(shipway: Shipway, engine: str, app: DatabaseApp) -> None:
    """Kill all that runs for a home, as a burnt server would, and delete what it kept."""
    home = shipway.places.home
    shipway.kill()
    eventually("everything has ended", lambda: not kill_all(home), 20)
    if engine == "docker":
        label = f"label=io.shipway.project={app.project}"
        remove("container", "ls", "-aq", "--filter", label, by=("rm", "-f"))
        remove("volume", "ls", "-q", "--filter", label, by=("volume", "rm", "-f"))
        remove("network", "ls", "-q", "--filter", label, by=("network", "rm"))
    shutil.rmtree(home, ignore_errors=True)


def kill_all(home: Path) -> list[int]:
    """Kill the processes of a home; return those that were there."""
    found = processes_of(home)
    for pid in found:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return found


def remove(*listing: str, by: tuple[str, ...]) -> None:
    """Remove what docker lists."""
    found = subprocess.run(
        ["docker", *listing], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()
    if found:
        subprocess.run(["docker", *by, *found], capture_output=True, check=False, timeout=120)


def processes_of(home: Path) -> list[int]:
    """Return the processes that a home started: their environment or their words name it."""
    found = []
    mark = str(home).encode()
    for folder in Path("/proc").glob("[0-9]*"):
        if int(folder.name) == os.getpid():
            continue
        try:
            told = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
            told += os.fsencode((folder / "cwd").readlink())
            if mark in told:
                found.append(int(folder.name))
        except OSError:
            continue
    return found
