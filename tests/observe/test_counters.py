"""Counters of applications: what counts as an increase, and what of it becomes a ratio."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, cast

import pytest

from shipway.model.application import Application, Service
from shipway.model.names import Scope
from shipway.model.observe import Reading, SeriesState
from shipway.model.watching import MetricsPage, SuccessCounter, Watching
from shipway.model.workload import Instance, InstanceState, Role
from shipway.observe.sources.counters import Counters
from shipway.observe.sources.metrics import MetricsSource
from shipway.observe.target import Target
from tests.observe.support import SHOP
from tests.support.clocks import HandClock

BEGAN = 1000.0
OLD, NEW = 10.0, 1005.0
"""An instance that started before watching began, and one that started after."""


def read(
    counters: Counters,
    at: float,
    values: Mapping[str, float],
    *,
    started: float = OLD,
    instance: str = "api-1",
) -> dict[str, float]:
    """Return the increases by outcome."""
    samples = {"calls_total": [({"outcome": name}, value) for name, value in values.items()]}
    found = counters.read(instance, started, samples, at)
    return {item.labels["outcome"]: item.more for item in found}


def test_what_was_counted_before_anybody_looked_is_no_increase() -> None:
    counters = Counters(BEGAN)
    assert read(counters, 1010, {"success": 900, "failure": 40}) == {"success": 0, "failure": 0}
    assert read(counters, 1020, {"success": 905, "failure": 40}) == {"success": 5, "failure": 0}


def test_the_first_failures_count_though_their_series_is_new() -> None:
    counters = Counters(BEGAN)
    read(counters, 1010, {"success": 900})
    assert read(counters, 1020, {"success": 900, "failure": 7}) == {"success": 0, "failure": 7}


def test_an_instance_that_started_while_it_was_watched_began_at_zero() -> None:
    counters = Counters(BEGAN)
    assert read(counters, 1012, {"failure": 3}, started=NEW) == {"failure": 3}


def test_an_instance_that_runs_for_long_and_is_looked_at_for_the_first_time_tells_nothing() -> None:
    """A release that was warm for days: what it counted then is of no window."""
    counters = Counters(BEGAN)
    assert read(counters, 90_000, {"failure": 3}, started=NEW) == {"failure": 0}


def test_a_restarted_instance_takes_nothing_away_and_loses_nothing() -> None:
    counters = Counters(BEGAN)
    read(counters, 1010, {"success": 100, "failure": 5})
    lower = read(counters, 1020, {"success": 4}, started=1015)
    assert lower == {"success": 4}
    # it has counted more than before the restart already: the difference would be too little
    assert read(counters, 1030, {"success": 200}, started=1025) == {"success": 200}
    # a series that the restart had taken off the page
    assert read(counters, 1040, {"success": 200, "failure": 9}, started=1025)["failure"] == 9


def test_a_counter_that_fell_was_reset() -> None:
    counters = Counters(BEGAN)
    read(counters, 1010, {"success": 100})
    assert read(counters, 1020, {"success": 6}) == {"success": 6}


def test_what_was_counted_while_nobody_looked_for_long_is_left_out() -> None:
    counters = Counters(BEGAN)
    read(counters, 1010, {"success": 100})
    assert read(counters, 9000, {"success": 50_000}) == {"success": 0}


def test_instances_are_counted_each_by_itself() -> None:
    counters = Counters(BEGAN)
    read(counters, 1010, {"success": 100})
    assert read(counters, 1010, {"success": 300}, instance="api-2") == {"success": 0}
    assert read(counters, 1020, {"success": 101}) == {"success": 1}
    assert read(counters, 1020, {"success": 302}, instance="api-2") == {"success": 2}


def test_what_is_no_number_is_passed_over() -> None:
    counters = Counters(BEGAN)
    assert read(counters, 1010, {"success": float("nan")}) == {}


class Page(ThreadingHTTPServer):
    """Shows metrics; `lines` may be changed, a status too."""

    lines = ""
    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        page = cast("Page", self.server)
        self.send_response(page.status)
        self.end_headers()
        self.wfile.write(page.lines.encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        del format, args


@pytest.fixture
def metrics() -> Iterator[Page]:
    server = Page()
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def target(port: int) -> Target:
    """Return an environment whose one instance shows the page; two ratios are of one counter."""
    api = Service(name="api", role=Role.WEB, definition={}, port=port)
    counted = (
        SuccessCounter(name="calls", metric="calls_total", minimum=10),
        SuccessCounter(name="by", metric="calls_total", by="provider", minimum=10),
    )
    return Target(
        environment=SHOP,
        engine="process",
        app=Application(
            environment=SHOP,
            services=(api,),
            routes=(),
            port=0,
            watching=Watching(metrics=(MetricsPage(service="api"),), counters=counted),
        ),
        release=1,
        instances=(
            Instance(
                id="one",
                scope=Scope(SHOP, 1),
                service="api",
                index=1,
                state=InstanceState.RUNNING,
                address="127.0.0.1",
                started_at=1.0,
            ),
        ),
    )


def ratios(found: list[Reading]) -> dict[str, float | None]:
    return {item.key.subject: item.value for item in found if item.key.indicator == "success-ratio"}


def test_a_provider_that_only_fails_is_seen_from_its_first_call_on(metrics: Page) -> None:
    """R184: its label set is not on the page before; two ratios may use the same counter."""
    clock = HandClock()
    source = MetricsSource(cast("Any", type("World", (), {"clock": clock})()))
    shop = target(metrics.server_address[1])
    metrics.lines = 'calls_total{outcome="success",provider="kakao"} 1000\n'
    source.read(shop, None)
    clock.sleep(10)
    metrics.lines = (
        'calls_total{outcome="success",provider="kakao"} 1030\n'
        'calls_total{outcome="failure",provider="naver"} 10\n'
    )
    assert ratios(source.read(shop, None)) == {"calls": 75, "by kakao": 100, "by naver": 0}
    metrics.status = 500
    clock.sleep(10)
    missing = [item for item in source.read(shop, None) if item.key.indicator == "success-ratio"]
    assert {item.state for item in missing} == {SeriesState.MISSING}
    metrics.status = 200
    clock.sleep(10)
    metrics.lines = metrics.lines.replace("1030", "1060")
    assert ratios(source.read(shop, None))["calls"] == pytest.approx(100 * 60 / 70)
