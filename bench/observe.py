"""What watching 100 services costs: CPU and memory of the daemon's looks, size of the history.

    ./dev bench observe            100 services in 20 environments, 30 days of history
    ./dev bench observe --quick    does it still work? writes nothing

The sampler, its history and its incidents are the real ones, and so is one Redis that all
environments share; engines and the ingress' answers are made up, because 100 instances
would measure the machine.  Fails (exit code 1) where a budget is missed.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import time
from pathlib import Path
from typing import Any, cast

from bench.harness import results
from bench.harness.frame import enter, finish, parser
from bench.harness.guard import alone, workspace
from bench.harness.machine import circumstances, table, versions
from bench.harness.ports import free_ports
from shipway.daemon.clock import SystemClock
from shipway.model.application import Application, RouteRule, Service
from shipway.model.lifecycle import PlacementState
from shipway.model.names import EnvironmentId, Scope
from shipway.model.observe import Reading, SeriesKey
from shipway.model.records import Placement
from shipway.model.watching import CelerySettings, Watching
from shipway.model.workload import Instance, InstanceState, Role, SecretMap
from shipway.notify import AppriseNotifier, SentryReporter
from shipway.observe.monitors import Monitors
from shipway.observe.overview import graph
from shipway.observe.sampling import Sampler
from shipway.observe.slow_log import SlowLog
from shipway.observe.world import EVERY_S, Observatory
from shipway.ports_observe import Answer, Traffic, Usage, VolumePlace
from shipway.store.history import History
from shipway.store.logbook import Logbook
from shipway.store.store import SqliteStore
from shipway.tools import require_tool

ENVIRONMENTS = 20
REQUESTS_A_LOOK = 5_000
LOOKS = 30
CPU_BUDGET_PERCENT = 5.0
MEMORY_BUDGET_MB = 150.0
HISTORY_BUDGET_MB = 200.0
GRAPH_BUDGET_MS = 200.0
DAY_S = 86_400


class Made:
    """Engines and ingress that are made up, over `ENVIRONMENTS` environments of 5 services."""

    def __init__(self, redis_port: int) -> None:
        self.environments = [EnvironmentId(f"shop{n}", "production") for n in range(ENVIRONMENTS)]
        self.apps = {item: _app(item, redis_port) for item in self.environments}
        self.chance = random.Random(7)
        self.cpu_s = 0.0

    def instances(self, environment: EnvironmentId) -> tuple[Instance, ...]:
        return tuple(
            Instance(
                id=f"{environment}/{service.name}-1",
                scope=Scope(environment, None if service.role is Role.STATEFUL else 1),
                service=service.name,
                index=1,
                state=InstanceState.RUNNING,
                address="127.0.0.1",
                started_at=1.0,
            )
            for service in self.apps[environment].services
        )

    def usage(self, instances: Any) -> dict[str, Usage]:
        self.cpu_s += 0.1
        return {item.id: Usage(cpu_s=self.cpu_s, memory_bytes=80_000_000) for item in instances}

    def volumes(self, environment: EnvironmentId) -> tuple[VolumePlace, ...]:
        del environment
        return (VolumePlace(name="data", path=Path("/")),)

    def traffic(self, *, counted: bool = True) -> Traffic:  # noqa: ARG002 - the port's
        backends = [f"{Scope(item).label}.api" for item in self.environments]
        answers = tuple(
            Answer(
                backend=self.chance.choice(backends),
                status=200,
                took_s=self.chance.expovariate(20),
            )
            for _ in range(REQUESTS_A_LOOK)
        )
        return Traffic(answers=answers, upgraded={})


class LiveStore:
    """The real store, in which all the environments are live."""

    def __init__(self, store: SqliteStore, made: Made) -> None:
        self._store, self._made = store, made
        self.placements = self
        self.catalog = self
        self.sleeps = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def environments(self) -> list[tuple[EnvironmentId, str]]:
        return [(item, "made") for item in self._made.environments]

    def get(self, environment: EnvironmentId) -> None:
        del environment

    def live(self, environment: EnvironmentId) -> Placement:
        return Placement(
            environment=environment,
            release=1,
            state=PlacementState.LIVE,
            fingerprint=str(environment),
        )


def _app(environment: EnvironmentId, port: int) -> Application:
    broker = SecretMap({"CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/1"})
    return Application(
        environment=environment,
        services=(
            Service(name="api", role=Role.WEB, definition={}, port=8000),
            Service(name="web", role=Role.WEB, definition={}, port=3000),
            Service(
                name="worker",
                role=Role.WORKER,
                definition={"command": "celery -A jobs worker -Q celery,mail"},
                environment=broker,
            ),
            Service(name="redis", role=Role.STATEFUL, definition={"image": "redis:7"}, port=port),
            Service(name="store", role=Role.STATEFUL, definition={"image": "neo4j:5"}),
        ),
        routes=(RouteRule(service="api"),),
        port=4500,
        watching=Watching(celery=CelerySettings(workers=0)),
    )


def main() -> int:
    options = parser("observe", __doc__, quick="a short run that writes nothing").parse_args()
    with alone(), workspace() as work:
        figures = circumstances()
        figures["versions"] = versions(docker=False)
        port = free_ports(1)[0]
        redis = subprocess.Popen(
            [str(require_tool("redis")), "--port", str(port), "--bind", "127.0.0.1", "--save", ""],
            stdout=subprocess.DEVNULL,
        )
        try:
            figures["figures"] = _measure(work, port, quick=options.quick)
        finally:
            redis.terminate()
            redis.wait(10)
    finish("observe", figures, _text, keep=not options.quick)
    measured = figures["figures"]
    return 0 if all(measured[name] <= budget for name, (_, budget) in BUDGETS.items()) else 1


BUDGETS = {
    "cpu_percent": ("CPU, % of a core", CPU_BUDGET_PERCENT),
    "memory_mb": ("memory of the process, MB", MEMORY_BUDGET_MB),
    "history_mb": ("30 days of history, MB", HISTORY_BUDGET_MB),
    "graph_ms": ("a page of 8 graphs over 30 days, ms", GRAPH_BUDGET_MS),
}


def _measure(work: Path, port: int, *, quick: bool) -> dict[str, float]:
    clock = SystemClock()
    made = Made(port)
    store = SqliteStore(work / "state.sqlite", clock)
    history = History(work / "observe.sqlite")
    world = Observatory(
        store=cast("Any", LiveStore(store, made)),
        history=history,
        incidents=store.incidents,
        silences=store.silences,
        outbox=store.outbox,
        notifier=AppriseNotifier(),
        reporter=SentryReporter(),
        clock=clock,
        home=work,
        application=lambda mark: made.apps[EnvironmentId(*mark.split("/"))],
        instances=made.instances,
        logs=lambda _instance, _cancelled: iter(()),
        logbook=Logbook(work / "logs"),
        gauges={"made": cast("Any", made)},
        timings=cast("Any", made),
    )
    sampler = Sampler(world, SlowLog(), Monitors(world))
    sampler.look()
    keys = [(series.key, series.unit) for series in history.series()]
    _fill(history, keys, days=2 if quick else 30)
    looks = 3 if quick else LOOKS
    before = time.process_time()
    longest = 0.0
    for _ in range(looks):
        begun = time.monotonic()
        sampler.look()
        longest = max(longest, time.monotonic() - begun)
    cpu_s = (time.process_time() - before) / looks
    begun = time.monotonic()
    wanted = [(name, None) for name in ("api-p95", "requests", "cpu", "memory", "disk")]
    graph(world, made.environments[3], wanted, since=time.time() - 30 * DAY_S, until=time.time())
    graph_ms = 1000 * (time.monotonic() - begun)
    size = sum(path.stat().st_size for path in work.glob("observe.sqlite*"))
    return {
        "services": 5.0 * ENVIRONMENTS,
        "series": float(len(keys)),
        "cpu_percent": 100 * cpu_s / EVERY_S,
        "look_ms": 1000 * longest,
        "memory_mb": _memory_mb(),
        "memory_highest_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
        "history_mb": size / 1e6,
        "graph_ms": graph_ms,
    }


def _fill(history: History, keys: list[tuple[SeriesKey, str]], *, days: int) -> None:
    """Record a past: as sampled for 2 h, before that as often as it is kept."""
    now = time.time()
    chance = random.Random(3)
    at = now - days * DAY_S
    while at < now - EVERY_S:
        readings = [Reading(key=key, unit=unit, value=chance.random() * 1000) for key, unit in keys]
        history.record(at, readings)
        left = now - at
        at += 600 if left > 2 * DAY_S else 60 if left > 7200 else EVERY_S


def _memory_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1000
    return 0.0


def _text(figures: dict[str, Any]) -> str:
    measured = figures["figures"]
    rows = [
        (title, f"{measured[name]:.1f}", f"{budget:g}") for name, (title, budget) in BUDGETS.items()
    ]
    rows.append(("longest look, ms", f"{measured['look_ms']:.0f}", ""))
    head = results.preface("Watching 100 services every 10 s", figures)
    return (
        f"{head}\n{measured['services']:.0f} services in {ENVIRONMENTS} environments, "
        f"{measured['series']:.0f} series, {REQUESTS_A_LOOK} requests a look "
        f"({REQUESTS_A_LOOK / EVERY_S:.0f}/s).\n\n{table(('', 'measured', 'budget'), rows)}\n"
    )


if __name__ == "__main__":
    os.environ.pop("DOCKER_HOST", None)
    enter(main)
