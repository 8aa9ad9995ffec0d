"""A real Docker Engine for the tests: `DOCKER_HOST`, and a project that is cleaned up."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from shipway.engines.docker import DockerEngine, names
from shipway.engines.docker.endpoint import find_endpoint
from shipway.engines.docker.transport import ApiError, Transport
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Artifact, Role, SecretMap, Workload

BASE = "python:3.11-slim"
_numbers = itertools.count(1)


@dataclass
class Yard:
    """One engine and one project on it."""

    engine: DockerEngine
    api: Transport
    project: str
    image: Artifact

    def workload(
        self,
        command: str | list[str] = "sleep 1000",
        *,
        release: int | None = 1,
        environment: str = "staging",
        **fields: Any,
    ) -> Workload:
        """Return a workload; a command in one text is run by a shell."""
        argv = ["sh", "-c", f"exec {command}"] if isinstance(command, str) else command
        definition: Mapping[str, Any] = fields.pop("definition", {})
        return Workload(
            scope=Scope(EnvironmentId(self.project, environment), release),
            service=fields.pop("service", "api"),
            role=fields.pop("role", Role.WEB),
            artifact=fields.pop("artifact", self.image),
            definition={"command": argv, "networks": {"default": None}, **definition},
            environment=SecretMap(fields.pop("variables", {})),
            stop_grace_s=fields.pop("stop_grace_s", 1.0),
            **fields,
        )

    def printed(self, script: str, **fields: Any) -> list[str]:
        """Return what a job prints that runs this script to its end."""
        lines: list[str] = []
        argv = ("python", "-c", script)
        work = self.workload(argv=argv, role=Role.JOB, **fields)
        code = self.engine.run(work, deadline_s=30, output=lines.append)
        assert code == 0, lines
        return lines

    def listed(self, kind: str, **query: Any) -> list[dict[str, Any]]:
        """Return all of the project's containers, networks, volumes or images."""
        path = f"/{kind}" if kind in {"networks", "volumes"} else f"/{kind}/json"
        filters = names.selector({names.PROJECT: self.project})
        found: Any = self.api.get(path, filters=filters, **query)
        listed: list[dict[str, Any]] = found["Volumes"] if isinstance(found, dict) else found
        return listed or []

    def clean(self) -> None:
        """Remove all that carries the project's label."""
        for one in self.listed("containers", all=True):
            with suppress(ApiError):
                self.api.call(
                    "DELETE", f"/containers/{one['Id']}", query={"force": True, "v": True}
                )
        until = time.monotonic() + 30
        while self.listed("containers", all=True) and time.monotonic() < until:
            time.sleep(0.02)  # a job that has ended is removed by the engine itself
        for one in self.listed("networks"):
            self.api.call("DELETE", f"/networks/{one['Id']}")
        for one in self.listed("volumes"):
            self.api.call("DELETE", f"/volumes/{one['Name']}")
        for one in self.listed("images"):
            with suppress(ApiError):
                self.api.call("DELETE", f"/images/{one['Id']}", query={"force": True})


def open_yard(project: str) -> Yard:
    """Return a yard on the engine of `DOCKER_HOST`."""
    engine, api = DockerEngine(), Transport(find_endpoint())
    found = api.get(f"/images/{BASE}/json")
    image = Artifact(service="api", kind="image", reference=found["Id"], name=BASE, built=False)
    return Yard(engine=engine, api=api, project=project, image=image)


@pytest.fixture
def yard() -> Iterator[Yard]:
    """Return a project that no other test uses, on the real engine."""
    opened = open_yard(f"yard{os.getpid()}x{next(_numbers)}")
    yield opened
    opened.clean()
