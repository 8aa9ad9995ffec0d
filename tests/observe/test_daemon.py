"""A real daemon looks by itself and answers what it saw."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from shipway.api.streaming import UnixConnection
from shipway.errors import Problem
from tests.support.running import Shipway, eventually


@pytest.fixture
def shipway(tmp_path: Path) -> Iterator[Shipway]:
    daemon = Shipway(tmp_path / "home")
    daemon.start(SHIPWAY_OBSERVE_EVERY_S="0.2")
    try:
        yield daemon
    finally:
        daemon.close()


def test_a_daemon_measures_its_machine(shipway: Shipway) -> None:
    """R177: CPU, memory, disk."""

    def measured() -> set[str]:
        answer = shipway.client.get("/machine/indicators")
        return {item["indicator"] for item in answer["indicators"] if item["state"] == "measured"}

    wanted = {"host-cpu", "host-memory", "host-disk", "host-free", "host-load"}
    eventually("the machine is measured", lambda: measured() >= wanted)
    graph = shipway.client.get("/machine/graph", indicator="host-memory", span_s=3600)
    (line,) = graph["lines"]
    assert line["points"][-1][1] == pytest.approx(line["value"], abs=5)
    assert shipway.client.get("/incidents", active=True)["incidents"] == []


def test_prometheus_reads_what_is_measured(shipway: Shipway) -> None:
    """R179: the page, as promtool reads it where it is here."""

    def page() -> str:
        connection = UnixConnection(shipway.places.socket, 10)
        try:
            connection.request("GET", "/api/v1/metrics")
            answer = connection.getresponse()
            assert answer.status == 200
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            return answer.read().decode()
        finally:
            connection.close()

    eventually("it has been looked", lambda: "shipway_host_cpu_percent{" in page())
    text = page()
    families = {item.name: item for item in text_string_to_metric_families(text)}
    (sample,) = families["shipway_host_memory_percent"].samples
    assert 0 < sample.value < 100
    assert sample.labels == {"project": "", "environment": "", "subject": ""}
    states = families["shipway_series"].samples
    # how fast the disk fills is not known yet, and says so
    odd = {item.labels["indicator"] for item in states if item.labels["state"] == "unavailable"}
    assert odd == {"host-disk-growth", "host-disk-full"}
    assert [item.value for item in families["shipway_incidents_active"].samples] == [0.0] * 5


def test_logs_of_nothing_are_empty_and_wrong_levels_are_said(shipway: Shipway) -> None:
    path = "/projects/shop/environments/production/logbook"
    assert list(shipway.client.stream("GET", path, search="x")) == []
    with pytest.raises(Problem, match="no log level 'loud'"):
        list(shipway.client.stream("GET", path, level="loud"))
