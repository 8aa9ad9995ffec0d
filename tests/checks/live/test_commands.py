"""A command inside an instance: its words are bounded, its end is waited for until a deadline."""

from __future__ import annotations

import sys
import time

from shipway.checks.live.commands import OUTPUT_BYTES_MAX, said


def python(text: str) -> list[str]:
    return [sys.executable, "-S", "-c", text]


def test_what_it_says_and_how_it_ends() -> None:
    done = said(python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"), 20)
    assert done.code == 3
    assert sorted(done.text.split()) == ["err", "out"]


def test_of_a_flood_the_beginning_is_kept_and_the_end_is_waited_for() -> None:
    done = said(python("for _ in range(100): print('x' * 100_000)\nraise SystemExit(4)"), 20)
    assert (done.code, len(done.text)) == (4, OUTPUT_BYTES_MAX)


def test_one_that_does_not_end_is_ended_at_the_deadline() -> None:
    began = time.monotonic()
    done = said(python("import time; print('here', flush=True); time.sleep(60)"), 1)
    assert done.code is None
    assert time.monotonic() - began < 30


def test_a_flood_without_end_is_ended_too() -> None:
    done = said(python("while True: print('x' * 1000)"), 1)
    assert (done.code, done.text) == (None, "TimeoutExpired")


def test_one_that_is_not_there_is_told() -> None:
    assert said(["/does/not/exist"], 1).code is None
