"""The front door beside nginx: throughput, and CPU for each request.

    ./dev bench ingress            rounds of both, in turn, one and a thousand routes
    ./dev bench ingress --quick    one short round: does it still work? writes nothing

Both proxies pass requests to the same small upstream (an nginx that answers from memory),
with kept connections, the same headers added, two threads or workers each; the load is
wrk's.  HAProxy runs as Shipway runs it: its own rendered file with the checks of every
request, the default headers, the access ring.  Fails (exit code 1) below 0.9 of nginx.
"""

from __future__ import annotations

import argparse
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench.harness import results
from bench.harness.guard import alone, workspace
from bench.harness.machine import circumstances, load_average, table, versions
from bench.harness.ports import free_ports
from bench.harness.process import cpu_s
from shipway.daemon.clock import SystemClock
from shipway.ingress import control
from shipway.ingress.haproxy import HAProxyIngress
from shipway.model.front import SAFE_HEADERS
from shipway.model.routing import Backend, IngressConfig, Listener, Route, Upstream
from shipway.tools import require_tool

FLOOR = 0.9
HOST = "shop.example.com"
CLIENTS = 64
START_S = 10.0

UPSTREAM = """
worker_processes 1; daemon off; pid upstream.pid; error_log stderr crit;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 1000000000; client_body_temp_path temp;
  proxy_temp_path temp; fastcgi_temp_path temp; uwsgi_temp_path temp; scgi_temp_path temp;
  server { listen 127.0.0.1:%(upstream)d backlog=4096;
    location / { default_type text/plain; return 200 "%(body)s"; } } }
"""

NGINX = """
worker_processes 2; daemon off; pid proxy.pid; error_log stderr crit;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 1000000000; client_body_temp_path temp;
  proxy_temp_path temp; fastcgi_temp_path temp; uwsgi_temp_path temp; scgi_temp_path temp;
  server_names_hash_max_size 16384; server_names_hash_bucket_size 128;
  upstream app { server 127.0.0.1:%(upstream)d; keepalive 64; keepalive_requests 1000000000; }
  %(others)s
  server { listen 127.0.0.1:%(port)d backlog=4096; server_name shop.example.com;
    %(headers)s
    location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Port $server_port; } } }
"""
OTHER = "server {{ listen 127.0.0.1:{port}; server_name h{number}.example.com; return 404; }}"


def main() -> int:
    options = _parser().parse_args()
    for program in ("nginx", "wrk"):
        if shutil.which(program) is None:
            print(
                f"bench: there is no {program}.\nHint: apt-get install {program}", file=sys.stderr
            )
            return 1
    rounds, seconds = (1, 2) if options.quick else (5, 8)
    with alone():
        figures = circumstances()
        figures["versions"] = versions(docker=False) | {
            "nginx": subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=False)
            .stderr.strip()
            .rpartition("/")[2],
            "wrk": _wrk_version(),
        }
        figures["runs"] = {}
        for routes in (1, 1000):
            with workspace() as work, ExitStack() as stack:
                figures["runs"][str(routes)] = _measure(work, stack, routes, rounds, seconds)
        figures["load_average_after"] = load_average()
    text = _text(figures)
    print(text)
    if not options.quick:
        results.write("ingress", figures, text)
    worst = min(run["ratio"] for run in figures["runs"].values())
    return 0 if options.quick or worst >= FLOOR else 1


def _wrk_version() -> str:
    done = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).split("[")[0].removeprefix("wrk").strip()


def _measure(
    work: Path, stack: ExitStack, routes: int, rounds: int, seconds: int
) -> dict[str, Any]:
    upstream, front, other = free_ports(3)
    body = "x" * 512
    stack.enter_context(_nginx(work / "upstream", UPSTREAM % {"upstream": upstream, "body": body}))
    _await_port(upstream)
    headers = "".join(f'add_header {name} "{value}";' for name, value in SAFE_HEADERS.items())
    others = "\n".join(OTHER.format(port=other, number=n) for n in range(routes - 1))
    text = NGINX % {"upstream": upstream, "port": other, "headers": headers, "others": others}
    nginx = stack.enter_context(_nginx(work / "nginx", text))
    _await_port(other)
    ingress = HAProxyIngress(work / "haproxy", require_tool("haproxy"), SystemClock())
    stack.callback(ingress.shutdown)
    ingress.apply(_config(front, upstream, routes))
    worker = control.processes(work / "haproxy").worker
    if worker is None:
        sys.exit("bench: HAProxy has no worker")
    seen: dict[str, list[dict[str, float]]] = {"haproxy": [], "nginx": []}
    for _ in range(rounds):
        seen["haproxy"].append(_round(front, [worker], seconds))
        seen["nginx"].append(_round(other, _children(nginx.pid), seconds))
    middle = {
        name: {key: round(median(one[key] for one in runs), 2) for key in runs[0]}
        for name, runs in seen.items()
    }
    ratio = middle["haproxy"]["requests_per_s"] / middle["nginx"]["requests_per_s"]
    return {"rounds": seen, "median": middle, "ratio": round(ratio, 3)}


def _config(port: int, upstream: int, routes: int) -> IngressConfig:
    headers = tuple(sorted(SAFE_HEADERS.items()))
    one = (Upstream(name="r1-1", address="127.0.0.1", port=upstream),)
    hosts = [HOST, *(f"h{number}.example.com" for number in range(routes - 1))]
    return IngressConfig(
        listeners=(
            Listener(
                port=port,
                address="127.0.0.1",
                routes=tuple(Route(backend=f"b{n}", host=host) for n, host in enumerate(hosts)),
            ),
        ),
        backends=tuple(
            Backend(id=f"b{n}", upstreams=one, headers=headers) for n in range(len(hosts))
        ),
    )


def _round(port: int, pids: Sequence[int], seconds: int) -> dict[str, float]:
    before = sum(cpu_s(pid) for pid in pids)
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "--latency",
         "-H", f"Host: {HOST}", f"http://127.0.0.1:{port}/"],
        capture_output=True, text=True, check=True, timeout=seconds + 30,
    )  # fmt: skip
    cpu = sum(cpu_s(pid) for pid in pids) - before
    total = int(re.search(r"(\d+) requests in", done.stdout)[1])  # type: ignore[index]
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])  # type: ignore[index]
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        sys.exit(f"bench: requests failed:\n{done.stdout}")
    return {"requests_per_s": rate, "cpu_us": 1e6 * cpu / total}


@contextmanager
def _nginx(directory: Path, text: str) -> Iterator[subprocess.Popen[bytes]]:
    (directory / "temp").mkdir(parents=True)
    (directory / "nginx.conf").write_text(text)
    process = subprocess.Popen(
        ["nginx", "-p", str(directory), "-c", "nginx.conf", "-e", "stderr"],
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


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
    for routes, run in figures["runs"].items():
        for name, one in run["median"].items():
            share = f"{run['ratio']:.2f}" if name == "haproxy" else "1"
            rows.append(
                [routes, name, f"{one['requests_per_s']:,.0f}", share, f"{one['cpu_us']:.1f} µs"]
            )
    heads = ["routes", "proxy", "requests/s", "to nginx", "CPU a request"]
    return (
        f"{results.preface('The front door beside nginx', figures)}\n{table(heads, rows)}\n\n"
        f"{CLIENTS} clients with kept connections on loopback, medians of rounds in turn; "
        f"promised: at least {FLOOR} of nginx.\n"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev bench ingress", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, writes nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
