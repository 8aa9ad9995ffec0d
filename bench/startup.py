"""What Shipway costs when nothing happens, and how soon its command line answers.

    ./dev bench startup                     both engines; the daemon empty, then with two
                                            environments of the board live
    ./dev bench startup --engine process    without Docker

Fails (exit code 1) where a budget is missed.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from bench.harness import docker, results
from bench.harness.board import PROJECT, Board
from bench.harness.daemon import Shipway
from bench.harness.frame import enter, finish, parser, say
from bench.harness.guard import alone, undisturbed, workspace
from bench.harness.machine import ROOT, circumstances, table, versions
from bench.harness.process import SHIM, cpu_s, own_share_mb, processes_of, watch_rest

COMMAND_BUDGET_MS = 150.0
MEMORY_BUDGET_MB = 100.0
CPU_BUDGET_PERCENT = 1.0
WARM_RUNS = 3
RELEASES = 2
SETTLE_S = 10.0
EMPTY_S = 20.0
SAVED_S = 120.0
COMMAND_S = 30.0

ENTRANCE = str(ROOT / "shipway")
BARE = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "docker version": ["docker", "version"],
}


def main() -> int:
    options = _parser().parse_args()
    engines = [options.engine] if options.engine else ["docker", "process"]
    if "docker" in engines:
        docker.require()
    with alone():
        figures = circumstances()
        figures["versions"] = versions(docker="docker" in engines)
        with workspace() as work:
            figures["engines"] = {
                engine: _measure(engine, work / engine, options) for engine in engines
            }
    finish("startup", figures, _text, keep=not (options.quick or options.engine))
    return 0 if all(map(_kept, figures["engines"].values())) else 1


def _measure(engine: str, work: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Watch the empty daemon; bring the board to two environments, ask and watch again."""
    board = Board.on_free_ports(work / "board")
    board.prepare()
    shipway = Shipway(work / "home", engine=engine)
    with ExitStack() as stack:
        stack.callback(_take_down, shipway, engine)
        shipway.run("up", "--tools", "--yes")
        time.sleep(SETTLE_S)
        say(f"{engine}: the empty daemon, {EMPTY_S:g} s")
        empty = watch_rest(shipway.pid(), EMPTY_S)
        for number in range(RELEASES):
            say(f"{engine}: release {number + 1} of the board goes to staging and production")
            board.commit(number)
            shipway.deploy(board.directory)
            shipway.run("promote", "--engine", engine, "--yes", directory=board.directory)
        say(f"{engine}: waiting until production is being backed up")
        _await_first_backup(shipway)
        time.sleep(SETTLE_S)
        say(f"{engine}: commands, {options.runs} runs each")
        commands = _commands(shipway, board.directory, options.runs)
        say(f"{engine}: the daemon at rest, {options.seconds:g} s")
        rest = _rest(shipway, options.seconds)
        return {"commands_ms": commands, "empty": empty.as_dict(), **rest}


def _await_first_backup(shipway: Shipway) -> None:
    """Wait for production's first backup: from then on nothing is begun by itself any more."""
    until = time.monotonic() + SAVED_S
    place = f"/projects/{PROJECT}/environments/production/backups/list"
    while not any(run["ended_at"] for run in shipway.client.get(place)["runs"]):
        if time.monotonic() > until:
            raise RuntimeError(f"no backup within {SAVED_S:g} s\n{shipway.log()}")
        time.sleep(1)


def _rest(shipway: Shipway, seconds: float) -> dict[str, Any]:
    home = shipway.places.home
    shims = processes_of(home, SHIM)
    cpu = {pid: cpu_s(pid) for pid in shims}
    daemon = watch_rest(shipway.pid(), seconds)
    found: dict[str, Any] = {"daemon": daemon.as_dict()}
    shims = [pid for pid in shims if Path(f"/proc/{pid}").exists()]  # a warm release may stop
    if shims:
        used = sum(cpu_s(pid) - cpu[pid] for pid in shims)
        found["shims"] = {
            "count": len(shims),
            "memory_mb": round(sum(map(own_share_mb, shims)), 1),
            "cpu_percent": round(100 * used / daemon.seconds, 2),
        }
    return found


def _commands(shipway: Shipway, directory: Path, runs: int) -> dict[str, dict[str, float]]:
    """Time the commands in turn, so that a busy moment falls on all of them alike."""
    argvs = {
        "shipway --version": [ENTRANCE, "--version"],
        "shipway status": [ENTRANCE, "-C", str(directory), "status"],
        **BARE,
    }
    taken: dict[str, list[float]] = {name: [] for name in argvs}
    for number in range(WARM_RUNS + runs):
        for name, argv in argvs.items():
            ms = _timed(argv, shipway.environment)
            if number >= WARM_RUNS and ms is not None:
                taken[name].append(ms)
    return {
        name: {
            "median": round(median(values), 1),
            "p95": round(sorted(values)[math.ceil(0.95 * len(values)) - 1], 1),
            "min": round(min(values), 1),
            "max": round(max(values), 1),
        }
        for name, values in taken.items()
        if values
    }


def _timed(argv: Sequence[str], environment: Mapping[str, str]) -> float | None:
    """Return the milliseconds of a command, None where it cannot be run."""
    began = time.perf_counter()
    try:
        done = subprocess.run(
            argv,
            check=False,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=COMMAND_S,
        )
    except FileNotFoundError:
        return None
    return (time.perf_counter() - began) * 1000 if done.returncode == 0 else None


def _take_down(shipway: Shipway, engine: str) -> None:
    with undisturbed():
        shipway.close()
        if engine == "docker":
            docker.sweep()


def _kept(found: Mapping[str, Any]) -> bool:
    commands, daemon = found["commands_ms"], found["daemon"]
    return (
        all(
            commands[name]["median"] <= COMMAND_BUDGET_MS
            for name in ("shipway --version", "shipway status")
        )
        and daemon["memory_mb"] <= MEMORY_BUDGET_MB
        and daemon["cpu_percent"] <= CPU_BUDGET_PERCENT
    )


def _text(figures: Mapping[str, Any]) -> str:
    engines = figures["engines"]
    names = list(engines)
    budgets = dict.fromkeys(("shipway --version", "shipway status"), f"{COMMAND_BUDGET_MS:g} ms")
    first = engines[names[0]]["commands_ms"]
    rows = [
        [
            f"`{name}`, median (p95)",
            budgets.get(name, ""),
            *(_ms(engines[engine]["commands_ms"].get(name)) for engine in names),
        ]
        for name in first
    ]
    for state, title in (("empty", "empty daemon"), ("daemon", "daemon at rest")):
        daemons = [engines[engine][state] for engine in names]
        rows += [
            [
                f"{title}: memory",
                f"{MEMORY_BUDGET_MB:g} MB",
                *(f"{daemon['memory_mb']:.0f} MB" for daemon in daemons),
            ],
            [
                f"{title}: CPU over {daemons[0]['seconds']:.0f} s, of a core",
                f"{CPU_BUDGET_PERCENT:g} %",
                *(f"{daemon['cpu_percent']:.2f} %" for daemon in daemons),
            ],
        ]
    rows += [
        ["shims: memory, CPU", "", *(_shims(engines[engine].get("shims")) for engine in names)],
    ]
    return (
        results.preface("What Shipway costs when nothing happens", figures)
        + "\nTwo environments of the board are live: four stateless and two stateful services "
        "each, sampled, their logs followed, their WAL received and shipped. `shipway` is the "
        "checkout's own entrance; the daemon is warm.\n\n"
        + table(["", "budget", *(f"{name} engine" for name in names)], rows)
        + "\n"
    )


def _ms(values: Mapping[str, float] | None) -> str:
    return f"{values['median']:.0f} ms ({values['p95']:.0f})" if values else "not here"


def _shims(shims: Mapping[str, Any] | None) -> str:
    if not shims:
        return "none"
    return f"{shims['count']}: {shims['memory_mb']:.0f} MB, {shims['cpu_percent']:.2f} %"


def _parser() -> argparse.ArgumentParser:
    found = parser("startup", __doc__, quick="writes nothing")
    add = found.add_argument
    add("--engine", choices=("docker", "process"), help="only this one; nothing is written then")
    add("--runs", type=int, default=20, help="of each command (%(default)d)")
    add("--seconds", type=float, default=60, help="to watch the daemon at rest (%(default)g)")
    return found


if __name__ == "__main__":
    os.environ.setdefault("SHIPWAY_BACKUP_SETTLE_S", "5")  # else a minute passes before the first
    enter(main)
