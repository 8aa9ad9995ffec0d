"""A real daemon looks by itself and answers what it saw."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

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
