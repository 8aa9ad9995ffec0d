"""WAL by pure values, and shipped and fetched over a repository: whole, growing, with a gap."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipway.backup.postgres.abreast import PENDING_MAX, Abreast
from shipway.backup.postgres.epoch import Epoch, ServerFacts, refuse_other
from shipway.backup.postgres.fetch import assemble, fetch, look
from shipway.backup.postgres.room import refuse_spool
from shipway.backup.postgres.segments import (
    SEGMENT_BYTES,
    growth,
    missing,
    parse_position,
    segment_at,
    segment_name,
    segment_number,
)
from shipway.backup.postgres.ship import PIECES_MAX, Shipper
from shipway.errors import Problem
from tests.support.directory_repository import DirectoryRepository

SIZE = 1024 * 1024
ARRIVED = 1_000_000.0
EPOCH = Epoch(
    name="e1", service="db", system="7", timeline=1, began_at=1.0, segment_bytes=SIZE, version=15
)


def name(number: int) -> str:
    return segment_name(1, number, SIZE)


def test_positions_and_names_are_those_of_postgresql() -> None:
    assert parse_position("1/3000028") == 0x1_0300_0028
    assert segment_at(parse_position("1/3000028")) == 0x103
    assert segment_name(2, 0x103) == "000000020000000100000003"
    assert segment_number("000000020000000100000003") == 0x103
    assert SEGMENT_BYTES == 16 * 1024 * 1024


def test_a_gap_is_named() -> None:
    assert missing([3, 4, 5]) is None
    assert missing([7, 3, 4]) == 5
    assert missing([]) is None


@given(st.lists(st.integers(1, 40_000), min_size=1, max_size=12))
def test_whatever_grows_is_put_together_again_exactly(steps: list[int]) -> None:
    content = bytearray(SIZE)
    written, shipped = 0, 0
    pieces: dict[int, bytes] = {}
    for step in steps:
        content[written : written + step] = os.urandom(step)
        written += step
        start, piece = growth(BytesIO(bytes(content)), shipped)
        pieces[start] = piece
        shipped = start + len(piece)
    assert assemble(list(pieces.items()), SIZE) == bytes(content)


@pytest.fixture
def repository(tmp_path: Path) -> DirectoryRepository:
    return DirectoryRepository(tmp_path / "repository")


@pytest.fixture
def shipper(tmp_path: Path) -> Shipper:
    (tmp_path / "wal" / "e1").mkdir(parents=True)
    return Shipper(folder=tmp_path / "wal", service="db")


def write(shipper: Shipper, number: int, content: bytes, *, partial: bool = False) -> Path:
    path = shipper.folder / "e1" / (name(number) + (".partial" if partial else ""))
    path.write_bytes(content.ljust(SIZE, b"\0"))
    return path


def tick(shipper: Shipper, repository: DirectoryRepository) -> None:
    shipper.tick(repository, "e1", arrived_at=ARRIVED)
    assert shipper.problem is None, shipper.problem


def fetched(repository: DirectoryRepository, folder: Path, start: int = 3 * SIZE) -> list[bytes]:
    fetch(repository, look(repository, EPOCH, start), folder, lambda: False)
    return [path.read_bytes().rstrip(b"\0") for path in sorted(folder.iterdir())]


def test_finished_segments_and_the_growth_of_the_unfinished_one_come_back(
    shipper: Shipper, repository: DirectoryRepository, tmp_path: Path
) -> None:
    write(shipper, 3, b"three")
    write(shipper, 4, b"four")
    path = write(shipper, 5, b"fi", partial=True)
    tick(shipper, repository)
    path.write_bytes(b"five".ljust(SIZE, b"\0"))
    os.utime(path, ns=(1, 1))
    tick(shipper, repository)
    assert fetched(repository, tmp_path / "one") == [b"three", b"four", b"five"]
    path.rename(path.with_suffix(""))
    tick(shipper, repository)
    assert fetched(repository, tmp_path / "two") == [b"three", b"four", b"five"]
    assert not [item for item in repository.objects() if ".partial" in item.name]
    # the receiver goes on from the newest: it stays; the others have left this machine
    assert [item.name for item in (shipper.folder / "e1").iterdir()] == [name(5)]


def test_a_restarted_shipper_leaves_no_stale_piece(
    shipper: Shipper, repository: DirectoryRepository, tmp_path: Path
) -> None:
    path = write(shipper, 3, b"a" * 50_000, partial=True)
    tick(shipper, repository)
    path.write_bytes((b"a" * 50_000 + b"b" * 50_000).ljust(SIZE, b"\0"))
    os.utime(path, ns=(1, 1))
    tick(shipper, repository)
    again = Shipper(folder=shipper.folder, service="db")
    path.write_bytes((b"a" * 50_000 + b"c" * 50_000).ljust(SIZE, b"\0"))
    tick(again, repository)
    assert fetched(repository, tmp_path / "one") == [b"a" * 50_000 + b"c" * 50_000]


def test_the_pieces_of_a_slow_segment_are_put_together_now_and_then(
    shipper: Shipper, repository: DirectoryRepository, tmp_path: Path
) -> None:
    whole = os.urandom(9000 * (PIECES_MAX + 10))[:SIZE]
    for turn in range(1, PIECES_MAX + 10):
        path = write(shipper, 3, whole[: 9000 * turn], partial=True)
        os.utime(path, ns=(turn, turn))
        tick(shipper, repository)
    pieces = [item for item in repository.objects("pg/db/wal/") if ".partial/" in item.name]
    assert len(pieces) <= PIECES_MAX
    end = 9000 * (PIECES_MAX + 9)
    assert fetched(repository, tmp_path / "one") == [whole[:end].rstrip(b"\0")]


def test_what_had_been_written_at_a_moment_has_arrived_when_the_receiver_says_so() -> None:
    """A receiver that runs may still be catching up: only what it has on disk counts."""
    abreast = Abreast()
    abreast.hear("e1", 10.0, written=500, arrived=None)
    assert abreast.is_behind
    abreast.hear("e1", 20.0, written=900, arrived=400)
    assert abreast.arrived_for("e1") is None
    abreast.hear("e1", 30.0, written=1000, arrived=900)
    assert abreast.arrived_for("e1") == 20.0, "what was written since is still on its way"
    abreast.hear("e1", 40.0, written=1000, arrived=1000)
    assert (abreast.arrived_for("e1"), abreast.is_behind) == (40.0, False)
    assert abreast.arrived_for("e2") is None
    abreast.hear("e1", 5.0, written=1001, arrived=1001)
    assert abreast.arrived_for("e1") == 5.0, "a clock that was set back is believed"
    abreast.hear("e2", 50.0, written=7000, arrived=10)
    assert abreast.arrived_for("e2") is None, "another stretch begins with nothing"
    for number in range(2000):
        abreast.hear("e2", float(number), written=8000 + number, arrived=10)
    assert len(abreast._pending) <= PENDING_MAX


GB = 1024**3


@pytest.mark.parametrize(
    ("spool", "free", "held", "kind"),
    [
        (1 * GB, 50 * GB, False, None),
        (5 * GB, 50 * GB, False, "wal-spool-full"),
        (3 * GB, 50 * GB, True, "wal-spool-full"),
        (1 * GB, 50 * GB, True, None),
        (SIZE, GB // 4, False, None),
        (GB // 8, GB // 4, False, "disk-full"),
        (SIZE, GB * 3 // 4, True, "disk-full"),
    ],
)
def test_wal_that_waits_for_its_repository_never_fills_the_disk_of_the_database(
    spool: int, free: int, *, held: bool, kind: str | None
) -> None:
    """Beyond a limit the server keeps it; on a nearly full disk nobody does, and it is said."""
    found = None
    try:
        refuse_spool("db", spool=spool, free=free, total=100 * GB, stuck=True, held=held)
    except Problem as problem:
        found = problem.kind
    assert found == kind


def test_a_missing_segment_is_named_and_nothing_after_it_is_promised(
    shipper: Shipper, repository: DirectoryRepository
) -> None:
    """A fault: one segment was deleted in the repository."""
    for number in range(3, 8):
        write(shipper, number, b"x")
    tick(shipper, repository)
    repository.delete_objects([f"pg/db/wal/e1/{name(5)}"])
    with pytest.raises(Problem) as caught:
        look(repository, EPOCH, 3 * SIZE)
    assert caught.value.kind == "wal-missing"
    assert name(5) in caught.value.message
    with pytest.raises(Problem):
        look(repository, EPOCH, 2 * SIZE)
    assert len(look(repository, EPOCH, 6 * SIZE).whole) == 2


def test_a_damaged_segment_is_refused(
    shipper: Shipper, repository: DirectoryRepository, tmp_path: Path
) -> None:
    write(shipper, 3, b"x")
    write(shipper, 4, b"y")
    tick(shipper, repository)
    repository.put_object(f"pg/db/wal/e1/{name(3)}", b"not what was put")
    with pytest.raises(Problem) as caught:
        fetched(repository, tmp_path / "one")
    assert caught.value.kind == "repository-damaged"


def test_an_unreachable_repository_keeps_the_wal_here_and_says_so(
    shipper: Shipper, repository: DirectoryRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_name: str, _content: bytes) -> None:
        raise Problem("repository-unreachable", "no route")

    write(shipper, 3, b"x")
    write(shipper, 4, b"y")
    with monkeypatch.context() as patched:
        patched.setattr(repository, "put_object", refuse)
        shipper.tick(repository, "e1", arrived_at=ARRIVED)
    assert shipper.problem is not None
    assert shipper.covered_at is None
    assert len(list((shipper.folder / "e1").iterdir())) == 2
    tick(shipper, repository)
    assert shipper.covered_at == ARRIVED


def test_an_ended_epoch_is_shipped_to_its_end_and_leaves_this_machine(
    shipper: Shipper, repository: DirectoryRepository, tmp_path: Path
) -> None:
    write(shipper, 3, b"x")
    write(shipper, 4, b"last words", partial=True)
    shipper.tick(repository, "e2")
    assert not (shipper.folder / "e1").exists()
    assert fetched(repository, tmp_path / "one") == [b"x", b"last words"]


def test_before_the_receiver_is_known_nothing_is_taken_from_under_it(
    shipper: Shipper, repository: DirectoryRepository
) -> None:
    """A restore may ship before the new daemon has looked for the receiver that still writes."""
    write(shipper, 3, b"x")
    path = write(shipper, 4, b"being written", partial=True)
    shipper.tick(repository, None)
    assert shipper.problem is None
    assert path.exists()
    shipper.tick(repository, "")
    assert not path.exists()


def test_another_cluster_is_refused_before_it_becomes_the_newest() -> None:
    """An empty database that stands where the lost one was."""
    facts = ServerFacts(
        system="8",
        timeline=1,
        in_recovery=False,
        segment_bytes=SIZE,
        version=15,
        slot=False,
        keeps="-1",
    )
    with pytest.raises(Problem) as caught:
        refuse_other((EPOCH,), facts, "the repository")
    assert caught.value.kind == "backup-other-database"
    refuse_other((), facts, "the repository")
