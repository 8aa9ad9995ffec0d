"""`python -m shipway.demo.load`: the load as a process of its own.

It ends at the plan's end, or on SIGINT or SIGTERM with what is under way finished, and
writes the account to `--out` (else to standard output) as JSON.  Exit code 1: a request
failed or a WebSocket was cut.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path

from shipway.demo.load.plan import LoadPlan
from shipway.demo.load.running import start_load
from shipway.errors import Problem
from shipway.files import replace_file


def main(words: list[str] | None = None) -> int:
    """Run the load that the arguments describe; return the exit code."""
    arguments = _parser().parse_args(words)
    try:
        plan = _plan(arguments)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    load = start_load(plan)
    while not asked.wait(0.2):
        if load.wait(0):
            break
    result = load.stop()
    text = json.dumps(result.as_dict(), ensure_ascii=False, indent=1) + "\n"
    if arguments.out is None:
        sys.stdout.write(text)
    else:
        replace_file(arguments.out, text.encode())
    return 1 if result.requests_failed or result.websockets_cut_early else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m shipway.demo.load", description="A constant load that notices failures."
    )
    defaults = LoadPlan(base="http://127.0.0.1")
    add = parser.add_argument
    add("--base", required=True, metavar="URL", help="where it goes: http://127.0.0.1:4500")
    add("--rate", type=float, default=defaults.rate, help="requests a second (%(default)g)")
    add("--websockets", type=int, default=defaults.websockets, help="held open (%(default)d)")
    add("--post-share", type=float, default=defaults.post_share, help="of POSTs (%(default)g)")
    add(
        "--slow-every",
        type=float,
        default=defaults.slow_every_s,
        help="seconds between slow requests; 0: none (%(default)g)",
    )
    add("--seconds", type=float, default=defaults.seconds, help="how long (%(default)g)")
    add("--connections", type=int, default=defaults.connections, help="kept alive (%(default)d)")
    add("--timeout", type=float, default=defaults.timeout_s, help="for an answer (%(default)g)")
    add("--path", action="append", help=f"for GETs, taken in turn ({' '.join(defaults.paths)})")
    add("--post-path", default=defaults.post_path, help="(%(default)s)")
    add("--slow-path", default=defaults.slow_path, help="(%(default)s)")
    add("--websocket-path", default=defaults.websocket_path, help="(%(default)s)")
    add("--allow-host", action="append", default=[], help="a target that is not loopback")
    add("--out", type=Path, metavar="FILE", help="where the account goes, as JSON")
    return parser


def _plan(arguments: argparse.Namespace) -> LoadPlan:
    plan = LoadPlan(
        base=arguments.base,
        rate=arguments.rate,
        websockets=arguments.websockets,
        post_share=arguments.post_share,
        slow_every_s=arguments.slow_every,
        seconds=arguments.seconds,
        connections=arguments.connections,
        timeout_s=arguments.timeout,
        post_path=arguments.post_path,
        slow_path=arguments.slow_path,
        websocket_path=arguments.websocket_path,
        allow_hosts=tuple(arguments.allow_host),
    )
    return plan if arguments.path is None else replace(plan, paths=tuple(arguments.path))


if __name__ == "__main__":
    sys.exit(main())
