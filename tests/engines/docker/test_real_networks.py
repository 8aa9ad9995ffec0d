"""A network goes when nobody is in it any longer, on a real Docker Engine."""

from __future__ import annotations

import threading
import time

import pytest

from shipway.errors import Problem
from tests.engines.docker.conftest import BASE, Yard

pytestmark = pytest.mark.docker
LETS_GO_S = 1.0


def foreigner(yard: Yard, network: str) -> str:
    """Put somebody else's container into a network and return its hash."""
    body = {"Image": BASE, "Cmd": ["sleep", "60"], "HostConfig": {"NetworkMode": network}}
    found = str(yard.api.call("POST", "/containers/create", body=body).json()["Id"])
    yard.api.call("POST", f"/containers/{found}/start")
    return found


def removed(yard: Yard, container: str) -> None:
    yard.api.call("DELETE", f"/containers/{container}", query={"force": True})


def test_a_container_that_is_about_to_leave_is_waited_for(yard: Yard) -> None:
    """R096: what is taken down is gone, whatever moment the engine takes over its parts."""
    work = yard.workload()
    yard.engine.start(work)
    (network,) = (one["Id"] for one in yard.listed("networks") if one["Name"].endswith(".r1"))
    other = foreigner(yard, network)
    leaves = threading.Timer(LETS_GO_S, removed, (yard, other))
    began = time.monotonic()
    leaves.start()
    yard.engine.remove(work.scope)
    leaves.join()
    assert time.monotonic() - began >= LETS_GO_S
    assert not yard.listed("networks")


def test_a_container_that_stays_is_named(yard: Yard) -> None:
    """R096: nothing is taken from a container that is not Shipway's."""
    work = yard.workload()
    yard.engine.start(work)
    (network,) = (one for one in yard.listed("networks") if one["Name"].endswith(".r1"))
    other = foreigner(yard, network["Id"])
    try:
        name = yard.api.get(f"/containers/{other}/json")["Name"].lstrip("/")
        with pytest.raises(Problem) as refused:
            yard.engine.remove(work.scope)
        assert refused.value.kind == "network-in-use"
        assert refused.value.hints == (f"docker network disconnect {network['Name']} {name}",)
        assert yard.api.get(f"/containers/{other}/json")["State"]["Running"]
    finally:
        removed(yard, other)
    yard.engine.remove(work.scope)
    assert not yard.listed("networks")
