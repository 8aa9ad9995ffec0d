"""The load generator against servers that fail in known ways: it must see each failure."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from shipway.demo.load import LoadPlan, LoadResult, RunningLoad, start_load
from tests.demo.servers import http_server, websocket_server
from tests.support.running import free_ports

DEADLINE_S = 30.0


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with http_server() as base:
        yield base


def plan(base: str, path: str = "/good", **changes: Any) -> LoadPlan:
    given: dict[str, Any] = {
        "rate": 200,
        "websockets": 0,
        "post_share": 0,
        "slow_every_s": 0,
        "seconds": 30,
        "paths": (path,),
        "connections": 4,
        "timeout_s": 10,
    }
    return LoadPlan(base=base, **{**given, **changes})


def until(load: RunningLoad, seen: Callable[[LoadResult], bool]) -> LoadResult:
    """Wait until the account shows something; return the final one."""
    deadline = time.monotonic() + DEADLINE_S
    while not seen(load.snapshot()):
        assert time.monotonic() < deadline, load.snapshot()
        time.sleep(0.01)
    return load.stop()


def answered(number: int) -> Callable[[LoadResult], bool]:
    return lambda result: result.requests_total >= number


@pytest.mark.parametrize("path", ["/good", "/chunks", "/until-end", "/good-then-fin"])
def test_good_answers_are_no_failures_however_they_end(server: str, path: str) -> None:
    result = until(start_load(plan(server, path)), answered(40))
    assert result.failures == {}
    assert set(result.releases) == {"r7"}
    assert result.releases["r7"].answers == result.requests_total
    assert 0 < result.latency_ms["p50"] <= result.latency_ms["p99"] <= result.latency_ms["max"]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/broken", "status-503"),
        ("/short", "short-body"),
        ("/reset", "reset"),
        ("/closed", "closed"),
        ("/silent", "timeout"),
        ("/nonsense", "malformed"),
    ],
)
def test_each_failure_is_seen_and_named(server: str, path: str, reason: str) -> None:
    patience_s = 2 if reason == "timeout" else 10
    mixed = plan(server, paths=("/good", path), timeout_s=patience_s, rate=100)
    result = until(start_load(mixed), lambda so_far: so_far.requests_failed >= 25)
    assert set(result.failures) == {reason}
    assert result.requests_failed == result.failures[reason]
    assert abs(result.requests_total - 2 * result.requests_failed) <= 40
    assert len(result.examples) == 20
    assert {example.path for example in result.examples} == {path}
    assert result.began_at <= result.examples[0].at <= result.ended_at


def test_a_server_that_is_not_there_refuses() -> None:
    (nobody_s,) = free_ports(1)
    base = f"http://127.0.0.1:{nobody_s}"
    result = until(start_load(plan(base, websockets=1)), answered(20))
    assert set(result.failures) == {"refused", "websocket-refused"}
    assert result.websockets_opened == 0


def test_connections_are_kept_and_take_turns(server: str) -> None:
    result = until(start_load(plan(server, connections=8, rate=300)), answered(200))
    assert 8 <= result.connections_opened < 60


def test_the_rate_does_not_wait_for_slow_answers(server: str) -> None:
    """Each answer takes 0.4 s: a client that waits for it would send 2 or 3 a second."""
    load = start_load(plan(server, "/late", rate=100, timeout_s=5))
    result = until(load, lambda so_far: so_far.requests_total >= 100)
    took = result.ended_at - result.began_at
    assert result.failures == {}
    assert took < 8
    assert result.latency_ms["p50"] >= 390


def test_posts_have_their_share_and_slow_requests_stay_out_of_the_percentiles(server: str) -> None:
    mixed = plan(
        server,
        rate=100,
        post_share=0.25,
        post_path="/good",
        slow_every_s=0.2,
        slow_path="/late",
        timeout_s=5,
    )
    result = until(
        start_load(mixed), lambda so_far: so_far.slow_total >= 2 and answered(80)(so_far)
    )
    assert result.failures == {}
    ordinary = result.requests_total - result.slow_total
    assert abs(result.posts_total - ordinary / 4) <= 1
    assert result.slow_total >= 2
    assert result.latency_ms["p50"] < 390


def test_stopping_lets_requests_under_way_end(server: str) -> None:
    load = start_load(plan(server, "/late", rate=50, timeout_s=5))
    result = until(load, lambda so_far: so_far.requests_open >= 5)
    assert result.failures == {}
    assert result.requests_open == 0
    assert result.requests_total >= 5
    assert load.stop() == result
    assert load.snapshot() == result


def test_the_plan_ends_the_load(server: str) -> None:
    load = start_load(plan(server, seconds=0.3, rate=100))
    assert load.wait(DEADLINE_S)
    result = load.stop()
    assert 20 <= result.requests_total <= 40
    assert sum(good for good, _ in result.per_second) == result.requests_total


def test_a_websocket_closed_with_a_frame_is_not_cut() -> None:
    async def close(connection: ServerConnection) -> None:
        await connection.close(1012, "service restart")

    with websocket_server(close) as base:
        load = start_load(plan(base, rate=0, websockets=2))
        result = until(load, lambda so_far: so_far.websockets_opened >= 3)
    assert result.websockets_cut_early == 0
    assert [(end.release, end.code) for end in result.websocket_closes] == [("r7", 1012)]
    assert result.websocket_messages >= 2
    assert result.requests_failed == 0


def test_a_websocket_cut_without_a_frame_is_cut_early() -> None:
    async def cut(connection: ServerConnection) -> None:
        connection.transport.abort()

    with websocket_server(cut) as base:
        load = start_load(plan(base, rate=0, websockets=2))
        result = until(load, lambda so_far: so_far.websockets_opened >= 3)
    assert result.websockets_cut_early == 1
    assert [(end.release, end.code) for end in result.websocket_closes] == [("r7", None)]


def test_a_websocket_that_is_refused_is_a_failed_request(server: str) -> None:
    load = start_load(plan(server, websockets=1, websocket_path="/broken", rate=0))
    result = until(load, answered(2))
    assert set(result.failures) == {"websocket-status-503"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_stops_on_a_signal_and_writes_its_account(
    server: str, tmp_path: Path, number: signal.Signals
) -> None:
    out = tmp_path / "load.json"
    words = [
        *(sys.executable, "-m", "shipway.demo.load", "--base", server, "--rate", "100"),
        *("--path", "/late", "--post-share", "0", "--slow-every", "0", "--websockets", "0"),
        *("--out", str(out), "--seconds", "60"),
    ]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        try:
            deadline = time.monotonic() + DEADLINE_S
            while not _catches_sigterm(process.pid):
                assert time.monotonic() < deadline
                time.sleep(0.01)
            process.send_signal(number)
            assert process.wait(DEADLINE_S) == 0, process.stderr and process.stderr.read()
        finally:
            process.kill()
    account = json.loads(out.read_text())
    assert account["requests_failed"] == account["requests_open"] == 0


def _catches_sigterm(pid: int) -> bool:
    """Return whether the load has its handlers; that of SIGTERM comes last."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("SigCgt:"):
            return int(line.split()[1], 16) & (1 << (signal.SIGTERM - 1)) != 0
    return False


def test_the_load_itself_is_cheap(server: str, tmp_path: Path) -> None:
    """500 requests a second are to cost less than 35 % of a core: 0.7 ms each."""
    out = tmp_path / "load.json"
    words = [
        *(sys.executable, "-m", "shipway.demo.load", "--base", server, "--rate", "500"),
        *("--path", "/good", "--post-path", "/good", "--slow-every", "0", "--websockets", "0"),
        *("--out", str(out), "--seconds", "2"),
    ]
    started = os.times()
    assert subprocess.run(words, check=False, timeout=60).returncode == 0
    ended = os.times()
    booted = 1.0  # the interpreter and its imports, generously
    spent = ended.children_user + ended.children_system
    spent -= started.children_user + started.children_system
    account = json.loads(out.read_text())
    assert account["requests_total"] >= 950
    assert spent - booted < 0.0007 * account["requests_total"]
