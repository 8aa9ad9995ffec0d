"""Collects what every instance says, so that it is still there when the instance is gone."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Sequence
from contextlib import suppress

from shipway.errors import Problem
from shipway.model.logs import LogEntry, level_of
from shipway.model.names import EnvironmentId
from shipway.model.workload import Instance, InstanceState, LogLine
from shipway.observe.slow_log import SlowLog
from shipway.observe.world import Observatory

log = logging.getLogger("shipway.logs")

FOLLOWERS_MAX = 500
WAITING_MAX = 20_000
BATCH_MAX = 500
PATIENCE_S = 0.5
IDLE_S = 60.0

_Heard = tuple[EnvironmentId, LogEntry]


class Collector:
    """Follows each running instance in a thread of its own, which sleeps while it is silent.

    One more thread writes.  A queue that is full makes the followers wait: what they have
    not read is still the engine's to keep.
    """

    def __init__(self, world: Observatory, slow: SlowLog) -> None:
        self._world = world
        self._slow = slow
        self._following: set[str] = set()
        self._read_out: dict[str, float | None] = {}
        self._lock = threading.Lock()
        self._queue: queue.Queue[_Heard | None] = queue.Queue(WAITING_MAX)
        self._known: dict[EnvironmentId, dict[tuple[str, int | None], float]] = {}
        self._ending = threading.Event()
        self._writer = threading.Thread(target=self._write, name="logbook", daemon=True)

    def attend(self) -> None:
        """Ensure that every instance that runs is followed."""
        if not self._writer.is_alive() and not self._ending.is_set():
            self._writer.start()
        there: list[Instance] = []
        silent = False
        for environment, _engine in self._world.store.catalog.environments():
            try:
                there += self._world.instances(environment)
            except Problem:  # the sampler says so
                silent = True
        for item in there:
            if item.state is not InstanceState.CREATED:
                self._follow(item)
        if silent:
            return
        with self._lock:
            gone = self._read_out.keys() - {item.id for item in there}
            for identifier in gone:
                del self._read_out[identifier]

    def stop(self) -> None:
        """Follow no more; what was heard is written."""
        self._ending.set()
        if self._writer.is_alive():
            with suppress(queue.Full):  # it is awake, and looks when it has written
                self._queue.put_nowait(None)
            self._writer.join(2 * PATIENCE_S)

    def _follow(self, instance: Instance) -> None:
        with self._lock:
            if instance.id in self._following or len(self._following) >= FOLLOWERS_MAX:
                return
            if self._read_out.get(instance.id, -1.0) == instance.started_at:
                return  # it has ended, and all that it said was heard
            self._following.add(instance.id)
        after = self._cut_off(instance)
        threading.Thread(
            target=self._listen, args=(instance, after), name="log-follower", daemon=True
        ).start()

    def _cut_off(self, instance: Instance) -> float:
        """Return until when this instance's lines are in the logbook already."""
        environment = instance.scope.environment
        known = self._known.get(environment)
        if known is None:
            known = self._known[environment] = {
                (source.instance, source.release): at
                for source, at in self._world.logbook.sources(environment).items()
            }
        return known.get((instance.name, instance.scope.release), 0.0)

    def _listen(self, instance: Instance, after: float) -> None:
        environment = instance.scope.environment
        try:
            lines = self._world.logs(instance, self._ending.is_set)
            for line in lines:
                if line.at > after:
                    self._put(environment, _entry(instance, line))
                if self._ending.is_set():
                    return
            if instance.state is InstanceState.EXITED:
                with self._lock:
                    self._read_out[instance.id] = instance.started_at
        except Problem as problem:
            if problem.kind not in {"instance-gone", "logs-unreadable"}:
                log.warning("%s %s: %s", instance.scope, instance.name, problem.message)
        except OSError as error:  # its files went with it
            log.info("%s %s: %s", instance.scope, instance.name, error)
        except Exception:  # the edge of a thread
            log.exception("while following %s", instance.name)
        finally:
            with self._lock:  # it may run again; what was heard is not heard twice
                self._following.discard(instance.id)

    def _put(self, environment: EnvironmentId, entry: LogEntry) -> None:
        known = self._known.setdefault(environment, {})
        known[entry.instance, entry.release] = entry.at
        self._slow.hear(environment, entry)
        while not self._ending.is_set():
            try:
                self._queue.put((environment, entry), timeout=PATIENCE_S)
            except queue.Full:
                continue
            return

    def _write(self) -> None:
        while True:
            try:
                self._keep(self._next_batch())
            except OSError as error:  # a full disk must not end the thread
                log.warning("log lines were lost: %s", error)
            except Exception:  # the edge of a thread: one that has ended cannot be started again
                log.exception("log lines were lost")
            if self._ending.is_set() and self._queue.empty():
                return

    def _next_batch(self) -> list[_Heard]:
        """Return what waits to be written; where nothing does, sleep until something comes."""
        try:
            batch = [self._queue.get(timeout=IDLE_S)]
        except queue.Empty:
            return []
        while len(batch) < BATCH_MAX and not self._queue.empty():
            batch.append(self._queue.get_nowait())
        return [one for one in batch if one is not None]

    def _keep(self, batch: Sequence[_Heard]) -> None:
        by_environment: dict[EnvironmentId, list[LogEntry]] = {}
        for environment, entry in batch:
            by_environment.setdefault(environment, []).append(entry)
        for environment, entries in by_environment.items():
            self._world.logbook.append(environment, entries)


def _entry(instance: Instance, line: LogLine) -> LogEntry:
    return LogEntry(
        at=line.at,
        service=instance.service,
        instance=instance.name,
        release=instance.scope.release,
        stream=line.stream,
        level=level_of(line.text),
        text=line.text,
    )
