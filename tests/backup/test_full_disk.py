"""The disk fills in the middle of a base backup: the database needs what is left."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from shipway.backup.postgres.catalogue import Catalogue
from shipway.backup.postgres.running import Asker
from shipway.backup.postgres.streams import Streams
from shipway.errors import Problem
from tests.backup.test_failures import small_disk
from tests.backup.test_streams import WHERE, Ground, ground_in, looking
from tests.support.directory_repository import DirectoryRepository
from tests.support.running import eventually

MB = 1024 * 1024
ROOM = 16 * MB


@pytest.mark.slow
def test_a_disk_that_fills_in_the_middle_of_a_base_backup_harms_nothing_and_the_next_one_succeeds(
    tmp_path: Path,
) -> None:
    """D12: nothing is reported good, nothing is left over, and the database writes on."""
    with (
        TemporaryDirectory(prefix="shipway-", ignore_cleanup_errors=True) as name,
        small_disk(Path(name) / "disk", 400) as disk,
    ):
        Path(name).chmod(0o711)
        with ground_in(disk, DirectoryRepository(tmp_path / "repository")) as ground:
            database, streams = ground.database, ground.streams()
            try:
                with looking(streams):
                    _fills(ground, streams, disk)
            finally:
                streams.stop(database)


def _fills(ground: Ground, streams: Streams, disk: Path) -> None:
    database, repository, filler = ground.database, ground.repository, disk / "filler"
    asker = Asker.of(database)
    asker.rows("CREATE TABLE kept AS SELECT n, repeat('x', 1000) FROM generate_series(1, 40000) n")
    (first,) = eventually("a first base", lambda: ground.records.backups(WHERE), 120)
    (stored,) = repository.snapshots()
    said: list[str] = []

    def fill(text: str) -> None:
        said.append(text)
        if text.startswith("copying"):
            with filler.open("wb") as file:
                for _piece in range((shutil.disk_usage(disk).free - ROOM) // MB):
                    file.write(bytes(MB))

    with pytest.raises(Problem) as caught:
        streams.make_base(database, output=fill)
    assert caught.value.kind == "disk-full", caught.value
    assert "given up" in caught.value.message
    assert said == ["copying the cluster's files"]
    assert streams.of(database).base_problem is caught.value, "a condition until one succeeds"
    assert repository.snapshots() == (stored,)
    assert [item.id for item in ground.records.backups(WHERE)] == [first.id]
    assert not [one for one in disk.rglob("base") if one.parent.name == "work"]
    asker.rows("INSERT INTO kept VALUES (0, 'while the disk is full')")

    filler.unlink()
    made = streams.make_base(database, output=said.append)
    assert streams.of(database).base_problem is None
    newest = Catalogue(repository=repository, database=database).bases()[0]
    assert newest.id == made.id
    assert made.counts["postgres.public.kept"] == 40_001
