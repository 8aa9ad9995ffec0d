"""Shims keep their instances, whoever dies beside them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from shipway.engines.process import ProcessEngine
from shipway.engines.process.layout import Place
from shipway.engines.process.logs import read_log
from shipway.engines.process.plan import Plan
from shipway.engines.process.supervise import State, end, launch, read_state, start_ticks
from shipway.errors import Problem
from shipway.model.workload import LogLine
from tests.engines.conformance.support import eventually
from tests.engines.process.support import own_engine

PATH = "/usr/local/bin:/usr/bin:/bin"


@pytest.fixture(scope="module")
def engine() -> Iterator[ProcessEngine]:
    with own_engine() as made:
        yield made


@pytest.fixture
def place(engine: ProcessEngine, request: pytest.FixtureRequest) -> Iterator[Place]:
    path = engine.layout.root / "instances" / "by.hand" / f"{request.node.name[:40]}-1"
    path.mkdir(parents=True)
    found = Place(path)
    yield found
    end([found])


def shell(script: str, place: Place, **fields: object) -> Plan:
    environment = {"PATH": PATH, "SHIPWAY_INSTANCE": str(place.path)}
    given = {"grace_s": 5.0, **fields}
    return Plan(argv=("sh", "-c", script), environment=environment, cwd="/", **given)  # type: ignore[arg-type]


def started(engine: ProcessEngine, place: Place, plan: Plan) -> State:
    place.plan.write_bytes(plan.encode())
    launch(engine.layout, [place])
    return now(place)


def now(place: Place) -> State:
    state = read_state(place)
    assert state is not None
    return state


def lines(place: Place) -> list[LogLine]:
    return list(read_log(place, "x", follow=False, tail=None, cancelled=lambda: False))


def gone(pid: int) -> bool:
    return start_ticks(pid) is None


def test_an_instance_outlives_the_process_that_started_it_and_is_adopted(
    engine: ProcessEngine, place: Place
) -> None:
    """The daemon may be killed at any moment: its successor sees the same pid."""
    place.plan.write_bytes(shell("echo up; sleep 60", place).encode())
    code = (
        "import sys, os, signal; from pathlib import Path;"
        "from shipway.engines.process.layout import Layout, Place;"
        "from shipway.engines.process.supervise import launch;"
        "launch(Layout(Path(sys.argv[1])), [Place(Path(sys.argv[2]))]);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    argv = [sys.executable, "-c", code, str(engine.layout.root), str(place.path)]
    done = subprocess.run(argv, timeout=30, check=False)
    assert done.returncode == -signal.SIGKILL
    state = now(place)
    assert state.alive
    assert state.state == "running"
    assert eventually(lambda: [line.text for line in lines(place)] == ["up"])
    end([place])
    assert gone(state.pid)
    assert now(place).exit_code == 143


def test_an_instance_does_not_outlive_its_shim_and_is_seen_as_exited(
    engine: ProcessEngine, place: Place
) -> None:
    state = started(engine, place, shell("sleep 61 & sleep 60", place))
    os.kill(state.shim, signal.SIGKILL)
    assert eventually(lambda: gone(state.pid))
    assert now(place).lost
    orphan = eventually(lambda: carrying(place))
    end([place])
    assert eventually(lambda: all(gone(pid) for pid in orphan))


def carrying(place: Place) -> list[int]:
    """Return the processes that carry the instance's mark."""
    mark = f"SHIPWAY_INSTANCE={place.path}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def test_two_shims_never_keep_the_same_instance(engine: ProcessEngine, place: Place) -> None:
    first = started(engine, place, shell("sleep 60", place))
    second = started(engine, place, shell("sleep 60", place))
    assert (first.shim, first.pid) == (second.shim, second.pid)


def test_grandchildren_end_with_their_instance(engine: ProcessEngine, place: Place) -> None:
    """A daemonised grandchild leaves its parent, its group and its session, not the shim."""
    script = "setsid sleep 62 & sleep 0.1; exit 5"
    started(engine, place, shell(script, place))
    assert eventually(lambda: now(place).state == "exited")
    assert now(place).exit_code == 5
    assert carrying(place) == []


def test_what_a_shell_leaves_behind_at_a_stop_gets_the_signal_and_the_rest_of_the_grace(
    engine: ProcessEngine, place: Place
) -> None:
    inner = "trap 'sleep 0.2; echo finished; exit 0' TERM; echo up; while :; do sleep 0.05; done"
    started(engine, place, shell(f'sh -c "{inner}" & wait', place))
    assert eventually(lambda: [line.text for line in lines(place)] == ["up"])
    end([place])
    assert [line.text for line in lines(place)] == ["up", "finished"]


def test_restarts_come_later_each_time_and_end_when_their_number_is_reached(
    engine: ProcessEngine, place: Place
) -> None:
    started(engine, place, shell("echo go; exit 1", place, restart="on-failure", restart_max=3))
    assert eventually(lambda: now(place).state == "exited")
    assert (now(place).restarts, now(place).exit_code) == (3, 1)
    times = [line.at for line in lines(place)]
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert all(wait >= least for wait, least in zip(waits, (0.19, 0.39, 0.79), strict=True))


def test_a_stop_ends_a_restart_that_waits(engine: ProcessEngine, place: Place) -> None:
    started(engine, place, shell("exit 1", place, restart="always"))
    assert eventually(lambda: now(place).state == "restarting" and now(place).restarts > 1)
    begin = time.monotonic()
    end([place])
    assert time.monotonic() - begin < 1.0
    assert now(place).state == "exited"


def test_a_command_that_is_not_there_is_a_problem_with_its_reason(
    engine: ProcessEngine, place: Place
) -> None:
    plan = Plan(argv=("no-such-program",), environment={"PATH": PATH}, cwd="/")
    with pytest.raises(Problem) as caught:
        started(engine, place, plan)
    assert caught.value.kind == "start-failed"
    assert any("no-such-program" in line for line in caught.value.details)
    assert now(place).exit_code == 127


def test_logs_are_rotated_and_read_across_files(
    engine: ProcessEngine, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shipway.engines.process.plan.LOG_BYTES", 4000)
    monkeypatch.setattr("shipway.engines.process.plan.LOG_FILES", 3)
    script = "i=0; while [ $i -lt 400 ]; do echo line $i; i=$((i+1)); sleep 0.0005; done"
    started(engine, place, shell(script, place))
    followed = read_log(place, "x", follow=True, tail=None, cancelled=lambda: False)
    texts = [line.text for line in followed]
    files = sorted(path.name for path in place.path.glob("log*"))
    assert files == ["log", "log.1", "log.2"]
    assert all((place.path / name).stat().st_size <= 4000 for name in files)
    kept = [line.text for line in lines(place)]
    assert kept[-1] == texts[-1] == "line 399"
    assert kept == [f"line {n}" for n in range(400 - len(kept), 400)]
    assert texts == [f"line {n}" for n in range(400 - len(texts), 400)]
    assert [
        line.text for line in read_log(place, "x", follow=False, tail=150, cancelled=lambda: False)
    ] == kept[-150:]


def test_a_long_line_is_cut_and_output_without_a_newline_is_kept(
    engine: ProcessEngine, place: Place
) -> None:
    started(engine, place, shell("head -c 40000 /dev/zero | tr '\\0' a; echo; printf end", place))
    assert eventually(lambda: now(place).state == "exited")
    texts = [line.text for line in lines(place)]
    assert "".join(texts) == "a" * 40000 + "end"
    assert max(map(len, texts)) <= 16384
    assert texts[-1] == "end"


def test_limits_of_processes_are_honoured(engine: ProcessEngine, place: Place) -> None:
    started(engine, place, shell("ulimit -n", place, limits={"nofile": (123, 456)}))
    assert eventually(lambda: [line.text for line in lines(place)] == ["123"])


@pytest.mark.alone
def test_starting_stopping_and_asking_are_quick(engine: ProcessEngine, place: Place) -> None:
    """Budgets with room for a busy machine; seen: start 25 ms, stop 4 ms, asking 0.1 ms."""
    begin = time.perf_counter()
    state = started(engine, place, shell("exec sleep 60", place))
    start = time.perf_counter() - begin
    begin = time.perf_counter()
    for _ in range(100):
        read_state(place)
    asking = (time.perf_counter() - begin) / 100
    memory = Path(f"/proc/{state.shim}/status").read_text()
    own = next(line for line in memory.splitlines() if line.startswith("RssAnon"))
    begin = time.perf_counter()
    end([place])
    stop = time.perf_counter() - begin
    print(f"start {start * 1000:.1f} ms, stop {stop * 1000:.1f} ms, {asking * 1e6:.0f} µs, {own}")
    assert start < 0.2
    assert stop < 0.1
    assert asking < 0.002
    assert int(own.split()[1]) < 8000
