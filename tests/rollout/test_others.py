"""A service that ends because another is not ready: started again, and from then on it counts."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest

from shipway.errors import Problem
from shipway.model.application import Probe
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Instance, InstanceState
from shipway.rollout.probe import Answer
from shipway.rollout.steps import healthy, others
from shipway.saga.step import Watch

SCOPE = Scope(EnvironmentId("shop", "production"), 2)
LATE_S = 0.3


@dataclass
class Street:
    """An API that is healthy after a while, and a front end that needs it.

    front_ends: after how many seconds of each of its runs the front end ends; None: never.
    restarts: an engine that starts it again by itself counts so.
    """

    api_answers: bool = True
    front_ends: list[float | None] = field(default_factory=lambda: [None])
    restarts: int = 0
    starts: int = 1
    began: float = field(default_factory=time.monotonic)
    front_began: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def instances(self, **_: object) -> tuple[Instance, ...]:
        with self.lock:
            lives = self.front_ends[min(self.starts, len(self.front_ends)) - 1]
            ended = lives is not None and time.monotonic() - self.front_began >= lives
            front = Instance(
                id="front", scope=SCOPE, service="front", index=1, address="127.0.0.1",
                state=InstanceState.EXITED if ended else InstanceState.RUNNING,
                exit_code=1 if ended else None, restarts=self.restarts,
            )  # fmt: skip
            return front, replace(
                front,
                id="api",
                service="api",
                state=InstanceState.RUNNING,
                exit_code=None,
                restarts=0,
            )

    def start(self, _workload: object, **_: object) -> tuple[Instance, ...]:
        with self.lock:
            self.starts += 1
            self.front_began = time.monotonic()
        return self.instances()

    def answer(self, _probe: Probe, _address: str, port: int) -> tuple[bool, Answer]:
        late = time.monotonic() - self.began < LATE_S
        good = port == 1 or (self.api_answers and not late)
        return good, Answer(method="GET", path="/", status=200 if good else 503)


def waited(street: Street, monkeypatch: pytest.MonkeyPatch, *, probes: int = 30) -> dict[str, str]:
    """Wait for both; the front end answers only when it has been well for a while."""
    monkeypatch.setattr(healthy, "ask_probe", street.answer)
    monkeypatch.setattr(others, "release_workload", lambda *_: None)
    monkeypatch.setattr(healthy, "last_log_lines", lambda *_: ())
    run: Any = SimpleNamespace(
        kit=SimpleNamespace(engine=street), scope=SCOPE, label="r2", app=None, release=None,
        still_serves="r1 serves.", rollout=SimpleNamespace(id=1),
    )  # fmt: skip
    probe = Probe(paths=("/",), interval_s=0.02, deadline_s=3.0)
    services: Any = [
        SimpleNamespace(
            name=name, replicas=1, port=port, source=None, after=after,
            probe=replace(probe, successes=successes),
        )
        for name, port, after, successes in (("front", 1, ("api",), probes), ("api", 2, (), 1))
    ]  # fmt: skip
    return healthy.await_services(run, services, Watch.start("healthy", 30.0))


@pytest.mark.parametrize(
    "ends",
    [
        [0.05, None],  # while the API is on its way
        [LATE_S + 0.2, None],  # it had asked too early, and ends when the API is there already
    ],
)
def test_who_ends_for_want_of_another_is_started_again_once_that_is_healthy(
    ends: list[float | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    street = Street(front_ends=ends)
    assert waited(street, monkeypatch) == {
        "api-1": "GET / answered 200",
        "front-1": "GET / answered 200",
    }
    assert street.starts == 2


def test_who_ends_again_although_all_is_there_fails_the_rollout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    street = Street(front_ends=[0.05, 0.05])
    with pytest.raises(Problem, match=r"^front: front-1 of r2 ended with exit code 1"):
        waited(street, monkeypatch)
    assert street.starts == 2


def test_restarts_while_it_was_waiting_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    assert waited(Street(restarts=7), monkeypatch)


def test_where_the_other_fails_that_is_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    street = Street(api_answers=False, front_ends=[0.05])
    began = time.monotonic()
    with pytest.raises(Problem, match=r"^api: release r2 failed its health check"):
        waited(street, monkeypatch)
    assert street.starts == 1
    assert time.monotonic() - began < 10
