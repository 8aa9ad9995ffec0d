"""A disk that takes nothing more ends neither the looks nor the logbook's thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from shipway.model.logs import LogEntry
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Instance, InstanceState, LogLine
from shipway.observe.collecting import Collector
from shipway.observe.monitors import Monitors
from shipway.observe.sampling import Sampler
from shipway.observe.slow_log import SlowLog
from shipway.observe.world import Observatory
from tests.observe.support import SHOP, condition, store_in
from tests.support.clocks import HandClock
from tests.support.running import eventually


class FullHistory:
    """Takes no figure."""

    def record(self, *_given: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    def __getattr__(self, _name: str) -> Any:
        return lambda *_given, **_more: ()


def test_what_is_wrong_is_told_though_the_figures_of_the_look_are_lost(tmp_path: Path) -> None:
    clock = HandClock()
    store, nothing = store_in(tmp_path, clock), cast("Any", None)
    world = Observatory(
        store=store,
        history=cast("Any", FullHistory()),
        incidents=store.incidents,
        silences=nothing,
        outbox=nothing,
        notifier=nothing,
        reporter=nothing,
        clock=clock,
        home=tmp_path,
        application=nothing,
        instances=nothing,
        logs=nothing,
        logbook=nothing,
        gauges={},
        conditions=(lambda: (condition("disk-full"),),),
    )
    Sampler(world, SlowLog(), Monitors(world)).look()
    assert [item.condition for item in store.incidents.active()] == ["disk-full"]


class Logbook:
    """Fails once in a way that nobody has thought of."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.failed = False

    def sources(self, _environment: EnvironmentId) -> dict[Any, float]:
        return {}

    def append(self, _environment: EnvironmentId, entries: Sequence[LogEntry]) -> None:
        if not self.failed:
            self.failed = True
            raise ValueError("nobody has thought of this")
        self.kept += [entry.text for entry in entries]


def test_an_error_that_nobody_has_thought_of_does_not_end_the_logbook() -> None:
    logbook, clock = Logbook(), HandClock()

    def running(number: int) -> Instance:
        return Instance(
            id=str(number),
            scope=Scope(SHOP),
            service="db",
            index=number,
            state=InstanceState.RUNNING,
            started_at=clock.now(),
        )

    there = [running(1)]
    world = SimpleNamespace(
        store=SimpleNamespace(catalog=SimpleNamespace(environments=lambda: ((SHOP, "docker"),))),
        instances=lambda _environment: tuple(there),
        logs=lambda instance, _cancelled: iter(
            [LogLine(at=clock.now(), instance=instance.name, stream="stdout", text=instance.id)]
        ),
        logbook=logbook,
    )
    collector = Collector(cast("Any", world), SlowLog())
    try:
        collector.attend()
        eventually("the first line is lost", lambda: logbook.failed, 10)
        there.append(running(2))
        collector.attend()
        eventually("the next one is kept", lambda: "2" in logbook.kept, 10)
    finally:
        collector.stop()
