"""The engine is asked for its list only when something has happened."""

from __future__ import annotations

import queue
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from shipway.engines.docker import names
from shipway.engines.docker.listing import Listing
from shipway.engines.docker.transport import Transport
from tests.support.running import eventually


class Engine:
    """What a listing asks of a transport: a list, and events that come when they are told."""

    def __init__(self) -> None:
        self.endpoint = self
        self.local = True
        self.changes = 0
        self.lists = 0
        self.state = "running"
        self.events: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.streams = 0

    def get(self, path: str, **query: Any) -> list[Mapping[str, Any]]:
        del path, query
        self.lists += 1
        return [
            {"Id": "1", "State": self.state, "Labels": {names.ENVIRONMENT: "staging"}},
            {"Id": "2", "State": self.state, "Labels": {names.ENVIRONMENT: "production"}},
        ]

    @contextmanager
    def stream(self, method: str, path: str, **query: Any) -> Iterator[Engine]:
        del method, path, query
        self.streams += 1
        yield self

    def chunks(self) -> Iterator[bytes]:
        while (told := self.events.get()) is not None:
            yield told


def listing(engine: Engine, *, listens: bool = True) -> Listing:
    return Listing(cast("Transport", engine), listens=listens)


def settled(engine: Engine) -> Listing:
    """Return a listing that hears, and has listed."""
    made = listing(engine)

    def remembers() -> bool:
        made.summaries({})
        before = engine.lists
        made.summaries({})
        return engine.lists == before

    eventually("the list is kept", remembers)
    return made


def test_while_nothing_happens_the_engine_is_asked_once() -> None:
    engine = Engine()
    made = settled(engine)
    asked = engine.lists
    for _ in range(20):
        (found,) = made.summaries({names.ENVIRONMENT: "production"})
        assert found["Id"] == "2"
    assert engine.lists == asked
    engine.events.put(None)


def test_an_event_makes_the_next_look_ask() -> None:
    engine = Engine()
    made = settled(engine)
    engine.state = "exited"
    engine.events.put(b"{}")
    eventually("it is seen", lambda: made.summaries({})[0]["State"] == "exited")
    engine.events.put(None)


def test_what_this_process_changed_is_in_the_next_list_although_no_event_came() -> None:
    engine = Engine()
    made = settled(engine)
    engine.state = "exited"
    engine.changes += 1
    assert made.summaries({})[0]["State"] == "exited"
    engine.events.put(None)


def test_without_a_stream_of_events_every_look_asks() -> None:
    engine = Engine()
    made = settled(engine)
    engine.events.put(None)
    eventually("the stream's end is noticed", lambda: not made._hears)
    engine.state = "exited"
    assert made.summaries({})[0]["State"] == "exited"
    engine.state = "running"
    assert made.summaries({})[0]["State"] == "running"
    assert engine.streams == 1  # it is not tried again and again


def test_an_engine_that_does_not_listen_is_asked_each_time() -> None:
    engine = Engine()
    made = listing(engine, listens=False)
    made.summaries({})
    made.summaries({})
    assert (engine.lists, engine.streams) == (2, 0)
