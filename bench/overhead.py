"""What Shipway adds to a rollout: a deploy and a promotion beside the bare work in the same run.

    ./dev bench overhead                   7 rounds on the Docker engine
    ./dev bench overhead --quick           2 rounds: does it still work? writes nothing

Fails (exit code 1) where a promotion takes a second more than the engine's own work, or a
deploy of changed code three seconds more than that and the bare build.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from bench.harness import docker, results
from bench.harness.bare import Bare
from bench.harness.board import PROJECT, STAMPED, Board
from bench.harness.daemon import Shipway
from bench.harness.frame import enter, finish, parser, say
from bench.harness.guard import alone, undisturbed, workspace
from bench.harness.machine import circumstances, table, versions
from shipway.engines.docker.client import Clients

ADDED_MAX_S = 1.0
BUILD_MORE_MAX_S = 3.0
BUILD_S = 300.0
WARM_UP = 1
WATCHING = "smoke"
"""The step after the switch: smoke checks, and workers that have to stay up (`rollout.settle`)."""
TAG = f"{PROJECT}-bare"


def main() -> int:
    options = _parser().parse_args()
    rounds = 2 if options.quick else options.rounds
    docker.require()
    with alone(), workspace() as work:
        figures = circumstances()
        figures["versions"] = versions(docker=True)
        figures |= _measure(work, rounds)
    finish("overhead", figures, _text, keep=not options.quick)
    added = figures["added_s"]
    kept = added["promotion"] <= ADDED_MAX_S and added["deploy"] <= BUILD_MORE_MAX_S
    return 0 if kept else 1


def _measure(work: Path, rounds: int) -> dict[str, Any]:
    board = Board.on_free_ports(work / "board")
    board.prepare()
    shipway = Shipway(work / "home", engine="docker")
    each: list[dict[str, float]] = []
    with ExitStack() as stack:
        stack.callback(_take_down, shipway)
        shipway.run("up", "--yes")
        bare = Bare(PROJECT, "production")
        stack.callback(bare.close)
        for number in range(WARM_UP + rounds):
            one = _round(board, shipway, bare, number)
            say(f"  {number}: {', '.join(f'{name} {value:.2f} s' for name, value in one.items())}")
            if number >= WARM_UP:
                each.append(one)
    medians = {name: round(median(one[name] for one in each), 3) for name in each[0]}
    added = {
        "promotion": median(one["promotion"] - one["bare rollout"] for one in each),
        "deploy": median(one["deploy"] - one["bare build"] - one["bare rollout"] for one in each),
        "promotion unwatched": median(
            one["promotion"] - one["watching"] - one["bare rollout"] for one in each
        ),
    }
    return {
        "rounds": rounds,
        "median_s": medians,
        "added_s": {name: round(value, 3) for name, value in added.items()},
        "each": [{name: round(value, 3) for name, value in one.items()} for one in each],
    }


def _round(board: Board, shipway: Shipway, bare: Bare, number: int) -> dict[str, float]:
    """Deploy and promote a changed commit; then build another change and roll out, bare."""
    board.commit(2 * number)
    deployed = shipway.deploy(board.directory)
    shipway.run("check", "staging", "--quick", directory=board.directory)
    promoted = shipway.promote(board.directory)
    board.commit(2 * number + 1)
    return {
        "deploy": deployed.command_s,
        "promotion": promoted.command_s,
        "watching": promoted.steps_s[WATCHING],
        "bare build": _bare_build(board.directory),
        "bare rollout": bare.roll(),
    }


def _bare_build(directory: Path) -> float:
    """Build both images side by side, as `docker compose build` does; return the seconds."""
    began = time.monotonic()
    with ThreadPoolExecutor(len(STAMPED)) as pool:
        list(pool.map(lambda folder: _build(directory / folder, folder), STAMPED))
    return time.monotonic() - began


def _build(context: Path, name: str) -> None:
    client = Clients().builder()  # the one that Shipway takes, too
    subprocess.run(
        [client.path, "build", "--network", "host", "--tag", f"{TAG}/{name}", str(context)],
        check=True,
        env={**os.environ, "DOCKER_BUILDKIT": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=BUILD_S,
    )


def _take_down(shipway: Shipway) -> None:
    with undisturbed():
        shipway.close()
        docker.sweep()
        names = [f"{TAG}/{name}" for name in STAMPED]
        subprocess.run(
            ["docker", "image", "rm", "--force", *names],
            check=False,
            capture_output=True,
            timeout=60,
        )


def _text(figures: dict[str, Any]) -> str:
    took, added = figures["median_s"], figures["added_s"]
    rows = [
        ["`docker build` of both images", "", f"{took['bare build']:.2f} s"],
        ["the engine's own work of a rollout", "", f"{took['bare rollout']:.2f} s"],
        ["`shipway promote`", "", f"{took['promotion']:.2f} s"],
        ["`shipway deploy` of changed code", "", f"{took['deploy']:.2f} s"],
        [
            "a promotion takes longer than the engine's own work by",
            f"{ADDED_MAX_S:g} s",
            f"{added['promotion']:.2f} s",
        ],
        [
            "of it: watching the new release after the switch, for workers mostly",
            "",
            f"{took['watching']:.2f} s",
        ],
        ["the rest of it", "", f"{added['promotion unwatched']:.2f} s"],
        [
            "a deploy takes longer than build and engine's own work by",
            f"{BUILD_MORE_MAX_S:g} s",
            f"{added['deploy']:.2f} s",
        ],
    ]
    return (
        results.preface("What Shipway adds to a rollout", figures)
        + f"\nMedians of {figures['rounds']} rounds, differences within a round. The commands as "
        "typed, the look at what would change, smoke checks and the soak after the switch "
        "included: workers without a healthcheck have to stay up for 3 s. The bare work has neither ingress nor record nor smoke checks.\n\n"
        + table(["", "promised", "measured"], rows)
        + "\n"
    )


def _parser() -> argparse.ArgumentParser:
    found = parser("overhead", __doc__, quick="writes nothing")
    found.add_argument("--rounds", type=int, default=7, help="(%(default)d)")
    return found


if __name__ == "__main__":
    enter(main)
