"""How long a Compose file takes to load: ours, and Docker's beside it where it is there.

    ./dev bench compose

Our side is measured inside a process that is up, which is how Shipway uses it, and as a
command; Docker's only as a command, because it is nothing else.  Fails (exit code 1) where
a budget is not kept.
"""

from __future__ import annotations

import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.harness import results
from bench.harness.frame import enter, finish
from bench.harness.machine import ROOT, circumstances, said, table
from shipway.compose import load, render_json
from tests.compose import oracle
from tests.compose.corpus import ENVIRONMENT, unpacked

BUDGET_MS = {"median file": 15.0, "57 services": 150.0}
ROUNDS = 30
COMMAND_ROUNDS = 7

SERVICE = """\
  service-{i}:
    image: registry.example/app/service-{i}:${{TAG:-1.{i}}}
    build: {{context: ./service-{i}, args: {{VERSION: "1.{i}"}}}}
    restart: unless-stopped
    environment:
      - DATABASE_URL=postgres://app:${{PASSWORD:-pw}}@db:5432/service_{i}
      - REDIS_URL=redis://redis:6379/{i}
      - LOG_LEVEL=${{LOG_LEVEL:-info}}
    ports: ["{port}:80"]
    volumes: ["data-{i}:/data", "./config/{i}.yml:/etc/app/config.yml:ro"]
    depends_on:
      db: {{condition: service_healthy}}
      redis: {{condition: service_started}}
    networks: [backend, frontend]
    labels:
      traefik.enable: "true"
      traefik.http.routers.s{i}.rule: Host(`s{i}.example`)
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost/health"]
      interval: 30s
      timeout: 5s
      retries: 3
    deploy:
      resources: {{limits: {{cpus: "0.5", memory: 256M}}}}
    logging:
      driver: json-file
      options: {{max-size: 10m, max-file: "3"}}
"""


def large_file() -> str:
    """Return a file of 57 services, as a microservice shop writes it."""
    services = "".join(SERVICE.format(i=i, port=8000 + i) for i in range(55))
    volumes = "".join(f"  data-{i}:\n" for i in range(55))
    return (
        f"services:\n{services}  db: {{image: postgres:16}}\n  redis: {{image: redis:7}}\n"
        f"networks: {{backend: , frontend: }}\nvolumes:\n{volumes}"
    )


def median_file(folder: Path) -> Path:
    """Return the file of the corpus' real projects whose size is in the middle."""
    files = sorted(
        (folder / "docker__awesome-compose").glob("*/compose.yaml"),
        key=lambda path: (path.stat().st_size, path),
    )
    return files[len(files) // 2]


def milliseconds(work: Callable[[], Any], rounds: int) -> dict[str, float]:
    """Return the median and the largest time of some rounds, after one that does not count."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return {"median_ms": round(statistics.median(times), 2), "max_ms": round(max(times), 2)}


def command(argv: list[str], file: Path) -> Callable[[], Any]:
    """Return a run of `… config --format json` as a process of its own."""
    environment = {**ENVIRONMENT, "PWD": str(file.parent), "PYTHONPATH": str(ROOT / "src")}
    whole = (
        [*argv, "-f", file.name, "config"]
        if argv[0] != sys.executable
        else [*argv, "config", "-f", file.name]
    )

    def run() -> None:
        subprocess.run(
            [*whole, "--format", "json"],
            cwd=file.parent,
            env=environment,
            capture_output=True,
            check=True,
            timeout=60,
        )

    return run


def measure(file: Path) -> dict[str, Any]:
    """Measure one file on both sides."""
    environment = {**ENVIRONMENT, "PWD": str(file.parent)}
    ours = [sys.executable, "-c", "from shipway.cli.compose import compose; compose()"]
    found: dict[str, Any] = {
        "bytes": file.stat().st_size,
        "load": milliseconds(
            lambda: render_json(load(file.parent, [file.name], environment=environment)), ROUNDS
        ),
        "shipway_command": milliseconds(command(ours, file), COMMAND_ROUNDS),
    }
    docker = oracle.binary()
    if docker is not None:
        found["docker_command"] = milliseconds(command([docker], file), COMMAND_ROUNDS)
    return found


def text(figures: dict[str, Any]) -> str:
    """Return the figures for people."""
    rows = []
    for name, found in figures["files"].items():
        docker = found.get("docker_command", {}).get("median_ms", "not here")
        rows.append(
            [
                name,
                str(found["bytes"]),
                f"{found['load']['median_ms']:g}",
                f"{BUDGET_MS[name]:g}",
                f"{found['shipway_command']['median_ms']:g}",
                str(docker),
            ]
        )
    heads = ["file", "bytes", "load and print, ms", "budget", "as a command", "docker compose"]
    return f"{results.preface('Loading Compose files', figures)}\n{table(heads, rows)}\n"


def main() -> int:
    """Measure, write the results, and say whether the budgets were kept."""
    figures = circumstances()
    figures["versions"] = {"python": platform.python_version()}
    docker = oracle.binary()
    if docker is not None:
        figures["versions"]["docker compose"] = said(docker, "version", "--short")
    with tempfile.TemporaryDirectory() as scratch:
        corpus = unpacked(Path(scratch))
        large = Path(scratch, "large", "compose.yaml")
        large.parent.mkdir()
        large.write_text(large_file(), "utf-8")
        figures["files"] = {
            "median file": measure(median_file(corpus)),
            "57 services": measure(large),
        }
    finish("compose", figures, text, keep=True)
    slow = [
        name
        for name, found in figures["files"].items()
        if found["load"]["median_ms"] > BUDGET_MS[name]
    ]
    if slow:
        print(f"bench: over the budget: {', '.join(slow)}", file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    enter(main)
