"""The conformance suite of the engine port, over a real Docker Engine.

R027, R096: names mean this release and this environment.  R029: a healthcheck's verdict.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest

from shipway.engines.docker import DockerEngine, names
from shipway.engines.docker.endpoint import find_endpoint
from shipway.engines.docker.transport import Transport
from shipway.model.workload import Instance
from tests.engines.conformance.suite import EngineConformance
from tests.engines.docker.conftest import open_yard


class OnDocker:
    """Instances are reached at their own addresses: this machine is on every bridge."""

    def __init__(self) -> None:
        self.engine = DockerEngine()

    def again(self) -> DockerEngine:
        return DockerEngine()

    def reach(self, instance: Instance, port: int) -> tuple[str, int]:
        assert instance.address is not None, instance
        return instance.address, port


@pytest.fixture(scope="module")
def under_test() -> Iterator[OnDocker]:
    yield OnDocker()
    transport = Transport(find_endpoint())
    labelled = {"filters": {"label": [names.PROJECT]}}
    volumes = transport.get("/volumes", **labelled)["Volumes"] or ()
    others = (transport.get(path, **labelled) for path in ("/images/json", "/networks"))
    found = itertools.chain(volumes, *others)
    projects = {one["Labels"][names.PROJECT] for one in found}
    for project in projects:
        if project == "conformance" or project.startswith(f"conf{os.getpid()}x"):
            open_yard(project).clean()


@pytest.mark.docker
class TestDockerEngine(EngineConformance):
    """R069, R085, R088, R094, R096: what a rollout asks of an engine, on Docker."""
