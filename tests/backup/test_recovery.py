"""The server is gone: a new machine, the repository and the recovery key are enough (R124)."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.backup.stateapp import Production, commit
from tests.backup.test_whole_way import fill
from tests.support.running import Shipway, eventually, free_ports
from tests.support.s3 import BUCKET, KEY, SECRET, S3Server
from tests.support.tinyapp import TinyApp

PROJECT = "lost"


@pytest.fixture
def machines() -> Iterator[Path]:
    """Yield a directory for the homes of two machines."""
    with TemporaryDirectory(prefix="shipway-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        yield Path(name)


def command(
    home: Path, *words: str, directory: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Type a shipway command on the machine with this home."""
    return subprocess.run(
        [sys.executable, "-m", "shipway", *words],
        cwd=directory or home.parent,
        env={**os.environ, "SHIPWAY_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )


def put_secret(shipway: Shipway, name: str, value: str) -> None:
    """Put a secret of production into the vault."""
    done = subprocess.run(
        [sys.executable, "-m", "shipway", "secret", "set", name, "-e", "production", "--stdin"],
        cwd=shipway.places.home.parent / "app",
        env={**os.environ, "SHIPWAY_HOME": str(shipway.places.home)},
        input=value,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("where", ["directory", "bucket"])
def test_a_new_machine_with_repository_and_key_has_everything_again(
    machines: Path, where: str, s3: S3Server
) -> None:
    staging, port = free_ports(2)
    app = TinyApp(machines / "app", project=PROJECT, staging=staging, production=port)
    if where == "directory":
        place = str(machines / "disk")
        commit(app, f"backup: {{repository: {place}}}")
        credentials = {}
    else:
        place = f"s3:{s3.endpoint}/{BUCKET}/lost"
        commit(
            app,
            f"backup: {{repository: {{bucket: {BUCKET}, endpoint: '{s3.endpoint}', prefix: lost}}}}",
        )
        credentials = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    old = Shipway(machines / "old")
    old.start(SHIPWAY_BACKUP_SETTLE_S="100000")
    try:
        put_secret(old, "BACKUP_S3_KEY", KEY)
        put_secret(old, "BACKUP_S3_SECRET", SECRET)
        put_secret(old, "API_TOKEN", "known only to the vault")
        old.rolled("deploy", app.directory, "production")
        before = Production(old, PROJECT)
        fill(before)
        before.saved()
        text = old.client.get("/backup-runbook", lang="en")["text"]
        korean = old.client.get("/backup-runbook", lang="ko")["text"]
        done = command(old.places.home, "backup", "key", "--save", str(machines / "recovery.key"))
        assert done.returncode == 0, done.stderr
    finally:
        old.close()
    shutil.rmtree(old.places.home)

    said = f"shipway backup recover --repository {place} --key recovery.key"
    assert said in text
    assert said in korean
    new = Shipway(machines / "new")
    done = command(new.places.home, *said.split()[1:], "-y", directory=machines, **credentials)
    assert done.returncode == 0, done.stderr
    assert "shipway deploy production" in done.stdout
    new.start(SHIPWAY_BACKUP_SETTLE_S="0")
    try:
        after = Production(new, PROJECT)
        new.rolled("deploy", app.directory, "production")
        assert "recovery-not-finished" in after.conditions()
        assert after.status()["running"] is None  # an empty volume is not saved over the data
        done = command(
            new.places.home, "backup", "recover", "production", "-y", directory=app.directory
        )
        assert done.returncode == 0, done.stderr
        assert "uploads is back" in done.stdout
        uploads = after.volume("uploads")
        assert (uploads / "pictures" / "cat.jpg").stat().st_size == 60_002
        with closing(sqlite3.connect(uploads / "notes.db")) as notes:
            assert notes.execute("SELECT count(*) FROM note").fetchone() == (100,)
        assert eventually("redis answers", lambda: _dbsize(after)) == "50"
        told = command(
            new.places.home, "secret", "get", "API_TOKEN", "-e", "production",
            directory=app.directory,
        )  # fmt: skip
        assert "known only to the vault" in told.stdout
        assert "recovery-not-finished" not in after.conditions()
    finally:
        new.close()


def _dbsize(production: Production) -> str | None:
    try:
        return production.redis("dbsize")
    except subprocess.SubprocessError:  # it is about to start
        return None


def test_a_recovery_never_writes_over_a_state(machines: Path) -> None:
    home = machines / "home"
    home.mkdir()
    (home / "state.sqlite").write_text("somebody's")
    key = machines / "key"
    key.write_text("AGE-SECRET-KEY-1" + "Q" * 58 + "\n")
    (machines / "disk" / "shop.production" / "restic").mkdir(parents=True)
    done = command(
        home, "backup", "recover", "--repository", str(machines / "disk"), "--key", str(key), "-y"
    )
    assert done.returncode == 1
    assert "never writes over" in done.stderr
    assert (home / "state.sqlite").read_text() == "somebody's"


def test_a_mistyped_key_is_told_as_such(machines: Path) -> None:
    key = machines / "key"
    key.write_text("AGE-SECRET-KEY-1" + "Q" * 58 + "\n")
    (machines / "disk" / "shop.production" / "restic").mkdir(parents=True)
    done = command(
        machines / "home", "backup", "recover", "--repository", str(machines / "disk"),
        "--key", str(key), "-y",
    )  # fmt: skip
    assert done.returncode == 1
    assert "mistyped" in done.stderr


def test_a_key_that_is_not_there_is_told_with_the_way_to_it(machines: Path) -> None:
    done = command(
        machines / "home", "backup", "recover", "--repository", "/nowhere", "--key", "/nowhere"
    )
    assert done.returncode == 1
    assert "cannot be read" in done.stderr
    assert "shipway backup key" in done.stderr
