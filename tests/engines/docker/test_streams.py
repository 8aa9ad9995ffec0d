"""Output that comes in pieces."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipway.engines.docker.streams import frames, lines, moment, stamped_lines, ticking


def frame(stream: int, payload: bytes) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(payload).to_bytes(4, "big") + payload


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted({place % (len(data) + 1) for place in places}), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(edges)]


@given(
    st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=50)), max_size=8),
    st.lists(st.integers(0, 1000), max_size=8),
)
def test_frames_are_the_same_wherever_the_stream_is_cut(
    sent: list[tuple[int, bytes]], places: list[int]
) -> None:
    data = b"".join(frame(stream, payload) for stream, payload in sent)
    told = list(frames(cut(data, places)))
    assert told == [("stdout" if stream == 1 else "stderr", payload) for stream, payload in sent]


def test_lines_of_two_streams_do_not_mix() -> None:
    pieces = [(1, b"one, "), (2, b"fault\n"), (1, b"two\r\nlast")]
    data = [frame(stream, payload) for stream, payload in pieces]
    assert list(lines(frames(data))) == [
        ("stderr", "fault"),
        ("stdout", "one, two"),
        ("stdout", "last"),
    ]


def test_a_terminal_has_no_frames() -> None:
    assert list(lines(frames([b"he", b"llo\r\n"], tty=True))) == [("stdout", "hello")]


def test_a_long_line_in_two_frames_is_one_line_with_the_first_stamp() -> None:
    stamp = b"2026-11-21T01:43:56.652626117Z "
    data = [frame(1, stamp + b"be"), frame(2, stamp + b"x\n"), frame(1, stamp + b"gun\n")]
    at = moment(stamp.strip().decode())
    assert list(stamped_lines(frames(data))) == [("stderr", at, "x"), ("stdout", at, "begun")]


def test_the_engines_zero_time_is_no_time() -> None:
    assert moment("0001-01-01T00:00:00Z") is None
    assert moment("1970-01-01T00:00:10.5Z") == 10.5


def test_a_reader_sees_ticks_while_nothing_comes_and_closes_the_source_when_it_leaves() -> None:
    closed = threading.Event()

    def source() -> Iterator[str]:
        yield "first"
        closed.wait(10)

    told = ticking(source(), closed.set, tick_s=0.01)
    assert next(told) == "first"
    assert next(told) is None
    told.close()
    assert closed.is_set()


def test_a_failure_of_the_source_reaches_the_reader() -> None:
    def source() -> Iterator[str]:
        yield "first"
        raise ValueError("broken")

    told = ticking(source(), lambda: None)
    assert next(told) == "first"
    with pytest.raises(ValueError, match="broken"):
        next(told)
