"""What of an unfinished WAL segment is shipped."""

from __future__ import annotations

import zlib
from io import BytesIO
from pathlib import Path

from shipway.backup.postgres.epoch import Epoch
from shipway.backup.postgres.fetch import fetch, look
from shipway.backup.postgres.places import wal_prefix
from shipway.backup.postgres.segments import PAGE, PIECE, growth, segment_name
from tests.support.directory_repository import DirectoryRepository


def test_zeros_at_the_end_are_not_shipped_and_zeros_in_between_are() -> None:
    written = b"a" * PAGE + bytes(PIECE) + b"b"
    assert growth(BytesIO(written + bytes(2 * PIECE)), 0) == (0, written)


def test_nothing_is_read_behind_the_end_of_what_was_written() -> None:
    segment = BytesIO(b"a" * (3 * PIECE) + bytes(61 * PIECE))
    growth(segment, 2 * PIECE)
    assert segment.tell() <= 5 * PIECE


def test_what_was_shipped_last_is_repeated_from_the_page_before() -> None:
    written = b"x" * (5 * PAGE) + b"y" * 100
    start, content = growth(BytesIO(written + bytes(PIECE)), 5 * PAGE + 10)
    assert (start, content) == (4 * PAGE, written[4 * PAGE :])


def test_an_empty_segment_has_nothing_to_ship() -> None:
    assert growth(BytesIO(bytes(PIECE)), 0) == (0, b"")


class _Shipping(DirectoryRepository):
    """A repository whose shipper finishes the segment while somebody reads its pieces."""

    def __init__(self, path: Path, finished: bytes) -> None:
        super().__init__(path)
        self._finished: bytes | None = finished

    def get_object(self, name: str) -> bytes:
        if self._finished is not None and "partial/" in name:
            whole = name.partition(".partial/")[0]
            self.put_object(whole, zlib.compress(self._finished))
            self._finished = None
            self.delete_objects([name])
        return super().get_object(name)


def test_a_segment_that_is_finished_while_it_is_read_is_read_whole(tmp_path: Path) -> None:
    epoch = Epoch(
        name="one-1",
        service="db",
        system="7",
        timeline=1,
        began_at=0.0,
        segment_bytes=4 * PAGE,
        version=150000,
    )
    finished = bytes(range(256)) * (4 * PAGE // 256)
    name = segment_name(1, 1, epoch.segment_bytes)
    repository = _Shipping(tmp_path / "repository", finished)
    repository.put_object(
        f"{wal_prefix('db', 'one-1')}{name}.partial/00000000", zlib.compress(finished[:PAGE])
    )
    wal = look(repository, epoch, epoch.segment_bytes)
    assert wal.unfinished == 1
    fetch(repository, wal, tmp_path / "wal", lambda: False)
    assert (tmp_path / "wal" / name).read_bytes() == finished
