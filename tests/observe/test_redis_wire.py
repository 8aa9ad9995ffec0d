"""The small connection to Redis, against a real one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from shipway.redis_wire import Address, Wire, WireError
from tests.support.running import eventually, free_ports


@pytest.fixture
def address(tmp_path: Path) -> Iterator[Address]:
    """Yield a Redis of the test's own, with a password."""
    server = shutil.which("redis-server")
    if server is None:
        pytest.skip("redis-server is not installed: apt-get install redis-server")
    (port,) = free_ports(1)
    argv = [server, "--port", str(port), "--bind", "127.0.0.1", "--requirepass", "hunter2"]
    argv += ["--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as process:
        found = Address(host="127.0.0.1", port=port, db=1, password="hunter2")
        try:
            eventually("it answers", lambda: _answers(found))
            yield found
        finally:
            process.terminate()


def _answers(address: Address) -> bool:
    try:
        with wire(address) as asked:
            return asked.ask(("PING",)) == [b"PONG"]
    except (OSError, WireError):
        return False


def wire(address: Address) -> closing[Wire]:
    return closing(Wire(address, connect_s=5, answer_s=5))


def test_every_kind_of_reply_is_read_in_order(address: Address) -> None:
    binary = "two\r\nlines"
    with wire(address) as asked:
        replies = asked.ask(
            ("RPUSH", "queue", "one", binary),
            ("LRANGE", "queue", 0, -1),
            ("GET", "nothing"),
            ("BLPOP", "queue", "0.05"),
            ("BLPOP", "empty", "0.05"),
        )
    assert replies == [2, [b"one", binary.encode()], None, [b"queue", b"one"], None]
    with wire(replace(address, db=0)) as other:
        assert other.ask(("EXISTS", "queue")) == [0], "another database"


def test_a_connection_that_redis_closed_is_made_anew(address: Address) -> None:
    with wire(address) as kept, wire(address) as other:
        assert kept.ask(("SET", "key", "value")) == [b"OK"]
        other.ask(("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"))
        assert kept.ask(("GET", "key")) == [b"value"]


@pytest.mark.parametrize("password", [None, "wrong"])
def test_a_refused_password_is_told_apart(address: Address, password: str | None) -> None:
    entering = wire(replace(address, db=0, password=password))
    with entering as asked, pytest.raises(WireError) as caught:
        asked.ask(("PING",))
    assert caught.value.refused
    assert "hunter2" not in repr(address)


def test_after_an_error_the_next_answer_is_its_own(address: Address) -> None:
    with wire(address) as asked:
        with pytest.raises(WireError, match="WRONGTYPE"):
            asked.ask(("SET", "key", "value"), ("LLEN", "key"), ("GET", "key"))
        assert asked.ask(("GET", "key")) == [b"value"]
