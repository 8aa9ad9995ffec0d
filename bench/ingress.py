"""The front door beside nginx: throughput, and CPU for each request.

    ./dev bench ingress            rounds of both, in turn: one route, a thousand, and TLS
    ./dev bench ingress --quick    one short round: does it still work? writes nothing

Both proxies pass requests to the same small upstream (an nginx that answers from memory)
and do the same work: see `bench/harness/nginx.py`.  HAProxy runs as Shipway runs it: its own
rendered file, with all that a route gets of which nothing is said.  The load is wrk's.

A round of one follows a round of the other, and who begins changes; a ratio is the median of
the ratios of such pairs, so that a machine that grows slower does not choose the winner.
Fails (exit code 1) where a ratio is below 0.9.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.harness import nginx, results
from bench.harness.frame import enter, finish, parser
from bench.harness.guard import alone, workspace
from bench.harness.machine import circumstances, table, versions
from bench.harness.ports import free_ports
from bench.harness.process import cpu_s
from shipway.daemon.clock import SystemClock
from shipway.ingress import control
from shipway.ingress.haproxy import HAProxyIngress
from shipway.ingress.selfsigned import self_signed
from shipway.model.front import SAFE_HEADERS
from shipway.model.routing import (
    Backend,
    Certificate,
    IngressConfig,
    Listener,
    Route,
    Upstream,
)
from shipway.tools import require_tool

FLOOR = 0.9
HOST = "shop.example.com"
BODY = "x" * 512
CLIENTS = 64
START_S = 10.0
WARM_S = 4
KEYS = ("requests_per_s", "cpu_us")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What both doors are asked to serve."""

    name: str
    routes: int = 1
    tls: bool = False


CASES = (
    Case(name="one route"),
    Case(name="1,000 routes", routes=1000),
    Case(name="one route, TLS", tls=True),
)


def main() -> int:
    options = parser("ingress", __doc__, quick="one short round, writes nothing").parse_args()
    for program in ("nginx", "wrk"):
        if shutil.which(program) is None:
            print(
                f"bench: there is no {program}.\nHint: apt-get install {program}", file=sys.stderr
            )
            return 1
    rounds, seconds = (1, 2) if options.quick else (7, 7)
    with alone():
        figures = circumstances()
        figures["versions"] = versions() | {
            "nginx": _says("nginx", "-v").rpartition("/")[2],
            "wrk": _says("wrk", "-v").split("[")[0].removeprefix("wrk").strip(),
        }
        figures["runs"] = {}
        for case in CASES:
            with workspace() as work, ExitStack() as stack:
                figures["runs"][case.name] = _measure(work, stack, case, rounds, seconds)
    finish("ingress", figures, _text, keep=not options.quick)
    worst = min(ratio for run in figures["runs"].values() for ratio in run["ratio"].values())
    return 0 if options.quick or worst >= FLOOR else 1


def _says(*argv: str) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()


def _measure(work: Path, stack: ExitStack, case: Case, rounds: int, seconds: int) -> dict[str, Any]:
    application, front, other = free_ports(3)
    pem = work / "door.pem"
    pem.write_text(self_signed(HOST))
    hosts = [HOST, *(f"h{number}.example.com" for number in range(case.routes - 1))]
    stack.enter_context(nginx.running(work / "upstream", nginx.upstream(application, BODY)))
    _await_port(application)
    text = nginx.door(
        port=other, upstream_port=application, hosts=hosts, pem=pem if case.tls else None
    )
    opponent = stack.enter_context(nginx.running(work / "nginx", text))
    _await_port(other)
    ingress = HAProxyIngress(work / "haproxy", require_tool("haproxy"), SystemClock())
    stack.callback(ingress.shutdown)
    ingress.apply(_config(front, application, hosts, pem.read_text() if case.tls else ""))
    worker = control.processes(work / "haproxy").worker
    if worker is None:
        sys.exit("bench: HAProxy has no worker")
    doors = {"haproxy": (front, [worker]), "nginx": (other, _children(opponent.pid))}
    for port, pids in doors.values():
        _round(port, pids, WARM_S, tls=case.tls)
    seen: dict[str, list[dict[str, float]]] = {"haproxy": [], "nginx": []}
    for number in range(rounds):
        for name in sorted(doors, reverse=number % 2 == 1):
            port, pids = doors[name]
            seen[name].append(_round(port, pids, seconds, tls=case.tls))
    return {
        "rounds": seen,
        "median": {
            name: {key: round(median(one[key] for one in runs), 2) for key in runs[0]}
            for name, runs in seen.items()
        },
        "ratio": _ratios(seen),
    }


def _ratios(seen: dict[str, list[dict[str, float]]]) -> dict[str, float]:
    """Return how the front door compares, by figure: 1 is as good as nginx, more is better."""
    pairs = list(zip(seen["haproxy"], seen["nginx"], strict=True))
    return {
        "requests_per_s": round(
            median(one["requests_per_s"] / other["requests_per_s"] for one, other in pairs), 3
        ),
        "cpu_us": round(median(other["cpu_us"] / one["cpu_us"] for one, other in pairs), 3),
    }


def _config(port: int, upstream: int, hosts: Sequence[str], pem: str) -> IngressConfig:
    headers = tuple(sorted(SAFE_HEADERS.items()))
    one = (Upstream(name="r1-1", address="127.0.0.1", port=upstream),)
    routes = tuple(Route(backend=f"b{n}", host=host) for n, host in enumerate(hosts))
    return IngressConfig(
        listeners=(Listener(port=port, address="127.0.0.1", routes=routes, tls=bool(pem)),),
        backends=tuple(
            Backend(id=f"b{n}", upstreams=one, headers=headers) for n in range(len(hosts))
        ),
        certificates=(Certificate(id="door", names=(HOST,), pem=pem),) if pem else (),
    )


def _round(port: int, pids: Sequence[int], seconds: int, *, tls: bool) -> dict[str, float]:
    scheme = "https" if tls else "http"
    before = sum(cpu_s(pid) for pid in pids)
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "--latency",
         "-H", f"Host: {HOST}", f"{scheme}://127.0.0.1:{port}/"],
        capture_output=True, text=True, check=True, timeout=seconds + 30,
    )  # fmt: skip
    cpu = sum(cpu_s(pid) for pid in pids) - before
    total = int(re.search(r"(\d+) requests in", done.stdout)[1])  # type: ignore[index]
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])  # type: ignore[index]
    if not total or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        sys.exit(f"bench: requests failed:\n{done.stdout}")
    return {"requests_per_s": rate, "cpu_us": 1e6 * cpu / total}


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(word) for word in text.split()]


def _await_port(port: int) -> None:
    end = time.monotonic() + START_S
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def _text(figures: dict[str, Any]) -> str:
    rows = []
    for case, run in figures["runs"].items():
        for name, one in run["median"].items():
            ratio = run["ratio"] if name == "haproxy" else dict.fromkeys(KEYS, 1.0)
            rows.append(
                [
                    case,
                    name,
                    f"{one['requests_per_s']:,.0f}",
                    f"{ratio['requests_per_s']:.2f}",
                    f"{one['cpu_us']:.1f} µs",
                    f"{ratio['cpu_us']:.2f}",
                ]
            )
    heads = ["served", "proxy", "requests/s", "to nginx", "CPU a request", "nginx's to it"]
    return (
        f"{results.preface('The front door beside nginx', figures)}\n{table(heads, rows)}\n\n"
        f"{CLIENTS} clients with kept connections on loopback; medians of rounds in turn, ratios"
        f" of neighbouring rounds. Promised: both at least {FLOOR}.\n"
    )


if __name__ == "__main__":
    enter(main)
