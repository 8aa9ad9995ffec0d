"""What a daemon at rest carries along: libraries that it does not need are megabytes each."""

from __future__ import annotations

import subprocess
import sys
import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shipway.daemon import memory
from shipway.daemon.loops import Loop, Loops
from shipway.errors import Problem
from shipway.observe.collecting import Collector
from shipway.observe.slow_log import SlowLog

WITHOUT = {
    "apprise": "a notification is sent by a program of its own",
    "argon2": "nobody signs in",
    "boto3": "no bucket is asked",
    "botocore": "likewise",
    "certbot": "a program of its own",
    "click": "of the command line, and of uvicorn's",
    "crossplane": "no nginx file is read",
    "cryptography": "no key is made",
    "dockerfile_parse": "nothing is built",
    "httptools": "h11 serves",
    "jinja2": "no page is asked for",
    "jsonpath_rfc9535": "no journey is on its way",
    "markdown_it": "no document is asked for",
    "prometheus_client": "no metrics are asked for",
    "psycopg": "no database is watched",
    "redis": "shipway.redis_wire asks",
    "regex": "of jsonpath_rfc9535",
    "requests": "of certbot and apprise",
    "rich": "the command line's at most",
    "uvloop": "asyncio serves",
    "websockets": "no journey is on its way",
}


def test_the_daemon_begins_without_what_it_needs_only_now_and_then() -> None:
    """Imported as its entrance imports it, up to where it would begin to serve."""
    told = subprocess.run(
        [
            *(sys.executable, "-P", "-c"),
            (
                "import sys, shipway.daemon.memory as memory\n"
                "memory.build_models_late()\n"
                "import shipway.daemon.main\n"
                "print(*(name for name, module in sys.modules.items() if module is not None))"
            ),
        ],
        check=True,
        capture_output=True,
        text=True,
        timeout=200,
    )
    there = set(told.stdout.split())
    assert "shipway.daemon.wiring" in there
    found = sorted(WITHOUT.keys() & there)
    assert not found, f"the daemon imports {', '.join(found)} before anybody needs it"
    assert "pydantic.v1" not in there


def test_memory_is_given_back_when_there_is_some(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking for free memory takes 50 ms of a core: not every minute for nothing."""
    resident = iter([80.0, 76.0, 77.8, 90.0, 77.0, 77.0])
    given: list[float] = []
    monkeypatch.setattr(memory, "own_mb", lambda: next(resident))
    monkeypatch.setattr(memory, "give_back", lambda: given.append(1))
    look = memory.give_back_growth()
    look()
    assert len(given) == 1, "the first time in any case"
    look()
    assert len(given) == 1, "nothing has grown"
    look()
    assert len(given) == 2, "after a rollout"
    look()
    assert len(given) == 2


def test_what_comes_again_each_time_is_left_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process works with it: to give it back each minute would cost as much each minute."""
    resident = iter([80.0, 76.0, 78.5, 76.2, 79.0, 79.9, 80.5, 76.0, 96.0, 78.0, 80.5, 78.5])
    given: list[float] = []
    monkeypatch.setattr(memory, "own_mb", lambda: next(resident))
    monkeypatch.setattr(memory, "give_back", lambda: given.append(1))
    look = memory.give_back_growth()
    looks = []
    for _ in range(7):
        look()
        looks.append(len(given))
    assert looks == [1, 2, 2, 2, 3, 4, 5], "4 MB at most, and 2 after something else has changed"


def test_what_the_process_holds_is_read_from_the_kernel() -> None:
    assert 10 < memory.own_mb() < 4000


def test_a_loop_that_says_when_it_is_due_is_left_alone_until_then() -> None:
    """Else it would be woken for nothing; one that fails is tried again at its usual time."""
    waited: list[float | None] = []
    answers = iter([5.0, None, 0.25])

    def act() -> float | None:
        try:
            return next(answers)
        except StopIteration:
            raise Problem("done", "there is nothing more to do.") from None

    class Nudge(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout)
            if len(waited) == 5:
                loops.stop()
            return True

    loop = Loop(name="now-and-then", every_s=2.0, act=act)
    loops = Loops([loop])
    loops._nudges[loop.name] = Nudge()
    loops._run(loop)
    assert waited == [2.0, 5.0, 2.0, 0.25, 2.0]


def test_the_logbook_s_writer_sleeps_until_there_is_something_and_ends_when_it_is_told_to() -> None:
    world = SimpleNamespace(
        store=SimpleNamespace(catalog=SimpleNamespace(environments=tuple)), instances=None
    )
    collector = Collector(cast("Any", world), SlowLog())
    collector.attend()
    assert collector._writer.is_alive()
    collector.stop()
    assert not collector._writer.is_alive(), "it would have slept for a minute"
