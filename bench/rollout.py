"""Deploys under load: Shipway, and beside it the users' way of today.

    ./dev bench rollout                    50 deploys on the Docker engine, 10 with Compose
    ./dev bench rollout --quick            3 and 3: does it still work?
    ./dev bench rollout --engine process   Shipway alone, without Docker

Fails (exit code 1) where Shipway failed a request or cut a WebSocket early.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.harness import docker
from bench.harness.board import PATHS, Board
from bench.harness.composed import Composed
from bench.harness.daemon import RolloutTimes, Shipway
from bench.harness.figures import ComposeDeploy, ShipwayDeploy, compose_side, ratios, shipway_side
from bench.harness.frame import enter, finish, parser, say
from bench.harness.guard import alone, undisturbed, workspace
from bench.harness.machine import circumstances, load_average, versions
from bench.harness.ports import free_ports
from bench.harness.text import rollout_text
from bench.harness.watch import Watched
from shipway.demo.load import LoadPlan, LoadResult

BASELINE_S = 20.0
CALM_S = 2.0
CALM_WITHIN_S = 60.0
LOAD_S_MAX = 1800.0


def main() -> int:
    options = _parser().parse_args()
    if options.quick:
        options.deploys, options.compose_deploys, options.baseline = 3, 3, 5.0
    if options.engine == "docker":
        docker.require()
    with alone():
        figures = run(options)
    finish(_name(options), figures, rollout_text, keep=not options.quick)
    kept = figures["shipway"]["requests_failed"] == figures["shipway"]["websockets_cut_early"] == 0
    return 0 if kept else 1


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Measure both sides, one after the other, each on a machine that is clean of the other."""
    began = time.monotonic()
    with_docker = options.engine == "docker"
    figures = circumstances()
    figures |= {
        "versions": versions(docker=with_docker),
        "engine": options.engine,
        "load": {
            "requests_per_s": options.rate,
            "post_share": options.post_share,
            "websockets": options.websockets,
            "slow_request_s": 2,
            "slow_requests_every_s": options.slow_every,
        },
    }
    with workspace() as work:
        figures["shipway"] = _measure_shipway(options, work)
        compose = os.environ.get("DOCKER_COMPOSE_BIN")
        if with_docker and compose and options.compose_deploys:
            figures["compose"] = _measure_compose(options, work, compose)
            figures["ratio"] = ratios(figures["shipway"], figures["compose"])
    figures["took_s"] = round(time.monotonic() - began, 1)
    return figures


def _measure_shipway(options: argparse.Namespace, work: Path) -> dict[str, Any]:
    say("Shipway: the first deploy")
    board = Board.on_free_ports(work / "board")
    board.prepare()
    deploys: list[ShipwayDeploy] = []
    with _swept(options), ExitStack() as stack:
        shipway = Shipway(work / "home", engine=options.engine)
        stack.callback(shipway.close)
        shipway.run("up", "--yes")
        board.commit(0)
        first = shipway.deploy(board.directory)
        say(f"  {first.command_s:.1f} s; then {options.baseline:g} s of load alone")
        before = _baseline(options, board.ports["staging"])
        with Watched(_plan(options, board.ports["staging"], LOAD_S_MAX)) as watched:
            time.sleep(CALM_S)
            for number in range(1, options.deploys + 1):
                board.commit(number)
                times = _deployed(shipway, board, watched)
                deploys.append(ShipwayDeploy(number=number, times=times))
                failed = watched.snapshot().requests_failed
                say(
                    f"  {number:3d}: {times.release} in {times.command_s:5.2f} s, "
                    f"served after {times.switched_s:5.2f} s, failed so far: {failed}"
                )
            time.sleep(CALM_S)
            during = watched.stop()
        return shipway_side(first, before, during, watched, deploys)


def _baseline(options: argparse.Namespace, port: int) -> LoadResult:
    """Return the account of the load without deploys."""
    with Watched(_plan(options, port, options.baseline + 30)) as watched:
        time.sleep(options.baseline)
        result = watched.stop()
    say(f"  latencies without deploys, in ms: {dict(result.latency_ms)} {result.failures or ''}")
    return result


def _deployed(shipway: Shipway, board: Board, watched: Watched) -> RolloutTimes:
    try:
        return shipway.deploy(board.directory)
    except RuntimeError:
        now = watched.snapshot()
        say(
            f"  a deploy failed; the load by then: {now.requests_failed} of {now.requests_total} "
            f"requests failed {now.failures}, latencies in ms {now.latency_ms}, load average "
            f"{load_average()}"
        )
        raise


def _measure_compose(options: argparse.Namespace, work: Path, compose: str) -> dict[str, Any]:
    say("docker compose up -d --build behind nginx: the first")
    port, api, web = free_ports(3)
    board = Board(directory=work / "board-compose", ports={})
    board.prepare()
    deploys: list[ComposeDeploy] = []
    with ExitStack() as stack:
        composed = Composed(
            board.directory, work / "compose", compose=compose, ports=(port, api, web)
        )
        composed.prepare()
        stack.callback(_undisturbed, composed.down)
        board.commit(0)
        composed.up("c0")
        composed.start_nginx()
        before = _baseline(options, port)
        with Watched(_plan(options, port, LOAD_S_MAX)) as watched:
            watched.await_calm(CALM_S, CALM_WITHIN_S)
            for number in range(1, options.compose_deploys + 1):
                board.commit(number)
                began_at = time.time()
                command_s = composed.up(f"c{number}")
                calm = watched.await_calm(CALM_S, CALM_WITHIN_S)
                deploy = ComposeDeploy.seen(number, began_at, command_s, watched, calm=calm)
                deploys.append(deploy)
                say(
                    f"  {number:3d}: in {command_s:5.2f} s, failing for {deploy.failing_s:5.2f} s, "
                    f"{deploy.failed} requests failed"
                )
            during = watched.stop()
        return compose_side(before, during, deploys)


@contextmanager
def _swept(options: argparse.Namespace) -> Iterator[None]:
    """Begin and end with nothing of an earlier run on the Docker engine."""
    if options.engine != "docker":
        yield
        return
    docker.sweep()
    try:
        yield
    finally:
        with undisturbed():
            left = docker.sweep()
            if left:
                say(f"  Shipway left these behind, now removed: {left}")


def _undisturbed(act: Any) -> None:
    with undisturbed():
        act()


def _plan(options: argparse.Namespace, port: int, seconds: float) -> LoadPlan:
    return LoadPlan(
        base=f"http://127.0.0.1:{port}",
        rate=options.rate,
        websockets=options.websockets,
        post_share=options.post_share,
        slow_every_s=options.slow_every,
        seconds=seconds,
        paths=PATHS,
    )


def _name(options: argparse.Namespace) -> str:
    return "rollout" if options.engine == "docker" else f"rollout-{options.engine}"


def _parser() -> argparse.ArgumentParser:
    found = parser("rollout", __doc__, quick="3 deploys each; writes nothing")
    add = found.add_argument
    add("--deploys", type=int, default=50, help="(%(default)d)")
    add("--compose-deploys", type=int, default=10, help="0: without the comparison (%(default)d)")
    add("--engine", choices=("docker", "process"), default="docker")
    add("--rate", type=float, default=500, help="requests a second (%(default)g)")
    add("--websockets", type=int, default=50, help="held open (%(default)d)")
    add("--post-share", type=float, default=0.05, help="of POSTs, which write (%(default)g)")
    add("--slow-every", type=float, default=0.5, help="seconds between slow ones (%(default)g)")
    add("--baseline", type=float, default=BASELINE_S, help="seconds of load alone (%(default)g)")
    return found


if __name__ == "__main__":
    enter(main)
