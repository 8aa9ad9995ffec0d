"""What of an unfinished WAL segment is shipped."""

from __future__ import annotations

from io import BytesIO

from shipway.backup.postgres.segments import PAGE, PIECE, growth


def test_zeros_at_the_end_are_not_shipped_and_zeros_in_between_are() -> None:
    written = b"a" * PAGE + bytes(3 * PIECE) + b"b"
    assert growth(BytesIO(written + bytes(2 * PIECE)), 0) == (0, written)


def test_what_was_shipped_last_is_repeated_from_the_page_before() -> None:
    written = b"x" * (5 * PAGE) + b"y" * 100
    start, content = growth(BytesIO(written + bytes(PIECE)), 5 * PAGE + 10)
    assert (start, content) == (4 * PAGE, written[4 * PAGE :])


def test_an_empty_segment_has_nothing_to_ship() -> None:
    assert growth(BytesIO(bytes(PIECE)), 0) == (0, b"")
