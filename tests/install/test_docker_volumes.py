"""The daemon of a server with Docker is not root: it saves volumes and brings them back all the same.

The unit's own rights are given to its command by setpriv; what of the file system systemd makes
read-only is not, here.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from shipway.installation import units
from shipway.installation.layout import Layout
from shipway.rights import VOLUMES
from tests.backup.stateapp import Production, commit
from tests.backup.test_whole_way import fill
from tests.install.test_as_system_user import (
    AS_ROOT,
    Running,
    Supervised,
    Unit,
    layout,
    python_path,
)
from tests.support.running import eventually, free_ports
from tests.support.tinyapp import TinyApp

__all__ = ["layout"]
pytestmark = [AS_ROOT, pytest.mark.docker, pytest.mark.slow]
PROJECT = f"unit{os.getpid()}"
STRANGER = 4711


@pytest.fixture
def production(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> Iterator[Production]:
    """Yield what is live on Docker, deployed by the daemon of the unit."""
    monkeypatch.setenv("SHIPWAY_BACKUP_SETTLE_S", "100000")
    text = units.daemon_unit(replace(layout, docker=True))
    socket = os.environ["DOCKER_HOST"].removeprefix("unix://")
    daemon = Unit(
        text,
        group=Path(socket).stat().st_gid,
        HOME=str(layout.home),
        PYTHONPATH=python_path(),
        DOCKER_HOST=os.environ["DOCKER_HOST"],
        SHIPWAY_BACKUP_SETTLE_S="100000",
    )
    proxy, home = Supervised(layout), Running(layout.home)
    home.engine = "docker"
    app = TinyApp(
        layout.home.parent / "app",
        project=PROJECT,
        staging=free_ports(1)[0],
        production=free_ports(1)[0],
    )
    commit(app)
    try:
        daemon.start()
        eventually("the daemon answers", home.answers, 40)
        home.rolled("deploy", app.directory, "production")
        found = Production(home, PROJECT, app.directory)
        fill(found)
        yield found
        home.client.post(f"/projects/{PROJECT}/environments/production/destroy", data=True)
    finally:
        proxy.end()
        daemon.end()


def test_what_root_alone_may_read_is_saved_and_comes_back_as_it_was(production: Production) -> None:
    """R114, R115, R119, R125: a live SQLite file, files of a stranger, Redis."""
    uploads = production.volume("uploads")
    picture, secret = uploads / "pictures" / "cat.jpg", uploads / "secret"
    secret.mkdir(mode=0o700)
    (secret / "letter").write_text("dear")
    (secret / "letter").chmod(0o600)
    for path in (secret, secret / "letter"):
        os.chown(path, STRANGER, STRANGER)
    with closing(sqlite3.connect(uploads / "notes.db")) as writer:
        writer.execute("INSERT INTO note VALUES ('only in the journal')")
        writer.commit()
        run = production.saved()
    kinds = {part["kind"] for part in run["parts"]}
    assert kinds == {"redis", "sqlite", "volume", "state"}

    picture.unlink()
    (secret / "letter").write_text("spoilt")
    with closing(sqlite3.connect(uploads / "notes.db")) as notes:
        notes.execute("DELETE FROM note")
        notes.commit()
    production.redis("flushall")
    for of in ("uploads", "redis"):
        production.shipway.rolled("restore", production.directory, "production", of=[of])
    assert picture.read_bytes().startswith(b"\xff\xd8cat")
    letter = secret / "letter"
    assert letter.read_text() == "dear"
    facts = letter.stat()
    assert (facts.st_uid, facts.st_gid, facts.st_mode & 0o777) == (STRANGER, STRANGER, 0o600)
    with closing(sqlite3.connect(uploads / "notes.db")) as notes:
        assert notes.execute("SELECT count(*) FROM note").fetchone() == (101,)
    assert production.redis("dbsize") == "50"


def test_what_the_daemon_starts_has_none_of_its_rights_over_files(production: Production) -> None:
    """But for the program that saves, for as long as it runs."""
    found = list(_processes(production.home.stat().st_uid))
    # what was forked and is about to become another program still looks like the daemon
    daemon = {rights for words, rights in found if b"shipway.daemon" in words}
    assert daemon == {VOLUMES}
    others = {
        words: rights
        for words, rights in found
        if b"shipway.daemon" not in words and b"restic" not in words
    }
    assert any(b"haproxy" in words for words in others)
    assert set(others.values()) == {()}


def _processes(user: int) -> Iterator[tuple[bytes, tuple[int, ...]]]:
    """Yield the command lines of a user's processes, and their rights over files."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if path.stat().st_uid != user:
                continue
            lines = (path / "status").read_text().splitlines()
            words = (path / "cmdline").read_bytes()
        except OSError:  # it has just ended
            continue
        mask = next(int(line.split()[1], 16) for line in lines if line.startswith("CapEff"))
        if words:
            yield words, tuple(right for right in VOLUMES if mask >> right & 1)
