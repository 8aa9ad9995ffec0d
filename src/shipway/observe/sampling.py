"""The sampler: one look at everything, what is wrong, and the incidents of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from shipway.errors import Problem
from shipway.model.condition import Condition
from shipway.model.names import EnvironmentId
from shipway.model.observe import Reading, Rule
from shipway.model.rules import effective_rules
from shipway.observe.judging import Watch, WatchKey, judge
from shipway.observe.keeping import Keeper
from shipway.observe.monitors import Monitors
from shipway.observe.recognise import celery_workers
from shipway.observe.settling import settled
from shipway.observe.slow_log import SlowLog
from shipway.observe.sources.disk import read_disks
from shipway.observe.sources.growth import Growth
from shipway.observe.sources.host import Host
from shipway.observe.sources.instances import Instances
from shipway.observe.sources.metrics import MetricsSource
from shipway.observe.sources.postgres import PostgresSource
from shipway.observe.sources.queues import read_bullmq, read_celery
from shipway.observe.sources.redis_memory import RedisMemory
from shipway.observe.sources.traffic import TrafficSource
from shipway.observe.sources.workers import read_workers
from shipway.observe.target import Target, targets
from shipway.observe.world import Observatory

log = logging.getLogger("shipway.observe")

T = TypeVar("T")

AT_ONCE = 4


class Sampler:
    """Looks, remembers, judges.  One thread calls `look`."""

    def __init__(self, world: Observatory, slow: SlowLog, monitors: Monitors) -> None:
        self._world = world
        self._monitors = monitors
        self._host = Host(world.home)
        self._instances = Instances(world)
        self._traffic = TrafficSource(world)
        self._metrics = MetricsSource(world)
        self._redis = RedisMemory()
        self._postgres = PostgresSource(slow.take)
        self._growth = Growth(world)
        self._keeper = Keeper(world)
        self._watches: dict[WatchKey, Watch] = {}
        self._said: dict[int, Sequence[Condition]] = {}
        self._pool = ThreadPoolExecutor(AT_ONCE, "observe")

    def look(self) -> None:
        """Look at everything once."""
        now = self._world.clock.now()
        looked_at = targets(self._world)
        readings = self._read(looked_at)
        try:
            self._world.history.record(now, readings)
        except Exception:  # a full disk, for one: what is wrong is judged and told all the same
            log.exception("the figures of this look were lost")
        self._watches, conditions = judge(self._watches, readings, rules_of(looked_at), now)
        self._keeper.keep([*conditions, *self._told()])

    def listen(self) -> None:
        """Take from the ingress what it measured: more often than a look, as it forgets soon."""
        self._traffic.listen(counted=False)

    def _read(self, looked_at: Sequence[Target]) -> list[Reading]:
        readings: list[Reading] = []
        readings += _guarded("host", self._host.read)
        self._traffic.listen(counted=True)
        # its threads stay: to begin one costs as much as a small environment
        for found in self._pool.map(self._guarded_of, looked_at):
            readings += found
        readings += _guarded("growth", lambda: self._growth.read(readings))
        for source in self._world.readings:
            readings += _guarded("readings", source)
        return readings

    def _guarded_of(self, target: Target) -> Sequence[Reading]:
        try:
            return _guarded(str(target.environment), lambda: self._of(target))
        finally:
            self._world.store.let_go()

    def _of(self, target: Target) -> list[Reading]:
        """Return all readings of one environment; slow ones keep no other waiting."""
        upgraded = self._traffic.websockets(target.environment)
        answered_for = {
            worker.service.name for worker in celery_workers(target.app) if worker.broker
        }
        if not target.app.watching.celery.enabled:
            answered_for = set()
        sources: dict[str, Callable[[], Sequence[Reading]]] = {
            "instances": lambda: self._instances.read(target, but=answered_for),
            "traffic": lambda: self._traffic.read(target),
            "metrics": lambda: self._metrics.read(target, upgraded),
            "celery": lambda: read_celery(target),
            "workers": lambda: read_workers(target),
            "bullmq": lambda: read_bullmq(target),
            "redis": lambda: self._redis.read(target),
            "postgres": lambda: self._postgres.read(target),
            "disk": lambda: read_disks(self._world, target),
            "journeys": lambda: self._monitors.read(target),
        }
        readings: list[Reading] = []
        for name, source in sources.items():
            readings += _guarded(f"{target.environment}: {name}", source)
        active = self._world.store.rollouts.active(target.environment)
        return settled(readings, active, self._world.clock.now())

    def _told(self) -> list[Condition]:
        """Return what other rooms know to be wrong; one that cannot answer means the same still."""
        found: list[Condition] = []
        for number, source in enumerate(self._world.conditions):
            said = _guarded("conditions", source, self._said.get(number, ()))
            self._said[number] = said
            found += said
        return found


def rules_of(looked_at: Sequence[Target]) -> Mapping[EnvironmentId | None, Sequence[Rule]]:
    """Return the rules of each environment, and the machine's."""
    rules: dict[EnvironmentId | None, Sequence[Rule]] = {None: effective_rules(())}
    for target in looked_at:
        rules[target.environment] = effective_rules(target.app.watching.rules)
    return rules


def _guarded(
    name: str, source: Callable[[], Sequence[T]], otherwise: Sequence[T] = ()
) -> Sequence[T]:
    """Return what a source answers; one that fails keeps no other from being looked at."""
    try:
        return source()
    except Problem as problem:
        log.warning("%s: %s", name, problem.message)
    except Exception:  # the edge of a source
        log.exception("unexpected, in %s", name)
    return otherwise
