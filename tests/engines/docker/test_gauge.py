"""What containers use, and where volumes lie: the gauge of the docker engine (R177, R186)."""

from __future__ import annotations

from typing import Any

import pytest

from shipway.engines.docker.usage import DockerGauge
from shipway.model.names import EnvironmentId
from tests.engines.docker.conftest import Yard
from tests.support.running import eventually

pytestmark = pytest.mark.docker

BUSY = "import time; held = bytearray(40_000_000)\nwhile time.process_time() < 1: pass\ntime.sleep(1000)"


def test_cpu_and_memory_of_a_container_are_its_cgroups(yard: Yard) -> None:
    """And the same as Docker's own statistics say, which cost it milliseconds each."""
    (instance,) = yard.engine.start(yard.workload(["python", "-c", BUSY]))
    gauge = DockerGauge()
    eventually("it has worked", lambda: gauge.usage([instance])[instance.id].cpu_s >= 1, 30)
    usage = gauge.usage([instance])[instance.id]
    asked = gauge._ask(instance)
    assert usage.cpu_s == pytest.approx(asked.cpu_s, abs=0.5)
    assert usage.memory_bytes == pytest.approx(asked.memory_bytes, rel=0.2)
    assert usage.memory_bytes > 40_000_000


def test_a_container_that_is_gone_is_left_out(yard: Yard) -> None:
    work = yard.workload()
    (instance,) = yard.engine.start(work)
    yard.engine.remove(work.scope)
    assert DockerGauge().usage([instance]) == {}


def test_volumes_are_found_where_the_engine_has_them(yard: Yard) -> None:
    mount = {"type": "volume", "source": "data", "target": "/data"}
    work = yard.workload(
        "sh -c 'echo here > /data/mark; sleep 1000'",
        definition={"volumes": [mount]},
        volumes={"data": {}},
    )
    yard.engine.start(work)
    (volume,) = DockerGauge().volumes(EnvironmentId(yard.project, "staging"))
    assert volume.name.endswith("data")
    path = volume.path
    assert path is not None
    eventually("it is the volume", (path / "mark").exists)


def test_volumes_are_asked_for_again_when_a_container_begins_to_run(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In between they are the same: an engine at rest is not asked every ten seconds."""
    gauge = DockerGauge()
    asked: list[str] = []
    get = gauge._transport.get

    def spied(path: str, **query: Any) -> Any:
        asked.append(path)
        return get(path, **query)

    monkeypatch.setattr(gauge._transport, "get", spied)
    environment = EnvironmentId(yard.project, "staging")
    for _ in range(3):
        assert gauge.volumes(environment) == []
    assert asked == ["/volumes"]
    mount = {"type": "volume", "source": "data", "target": "/data"}
    work = yard.workload("sleep 1000", definition={"volumes": [mount]}, volumes={"data": {}})
    started = yard.engine.start(work)
    for _ in range(3):
        assert started[0].id in gauge.usage(started)
        assert [item.name for item in gauge.volumes(environment)] == ["data"]
    assert asked.count("/volumes") == 2
    assert len(asked) == 3
