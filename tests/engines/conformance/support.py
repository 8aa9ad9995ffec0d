"""What the conformance suite needs of an engine under test, and small helpers."""

from __future__ import annotations

import itertools
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Artifact, Instance, InstanceState, Role, SecretMap, Workload
from shipway.ports import Builder, Console, Engine

TINY = Path(__file__).with_name("tiny.py")
PORT = 8000
DOCKERFILE = """\
FROM python:3.11-slim
WORKDIR /app
COPY . .
CMD ["python", "tiny.py", "serve", "--host", "0.0.0.0", "--port", "8000"]
"""
T = TypeVar("T")


class FullEngine(Engine, Console, Builder, Protocol):
    """What every adapter offers: it runs, it shows, it builds."""


class EngineUnderTest(Protocol):
    """What an adapter's tests hand to the suite, as the fixture `under_test`.

    One may serve a whole module: each test uses projects of its own.
    """

    @property
    def engine(self) -> FullEngine:
        """The engine."""
        ...

    def again(self) -> FullEngine:
        """Return a second engine object on the same state, as a daemon's successor has."""
        ...

    def reach(self, instance: Instance, port: int) -> tuple[str, int]:
        """Return host and port at which this machine reaches the instance's port."""
        ...


def write_source(folder: Path, **files: str) -> Path:
    """Write the tiny service with its Dockerfile; `files` adds to them or replaces them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / "tiny.py").write_text(TINY.read_text())
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def built(source: Path) -> dict[str, Any]:
    """Return the definition of a service that is built from `source`."""
    return {
        "build": {"context": str(source), "dockerfile": "Dockerfile"},
        "command": None,
        "entrypoint": None,
        "networks": {"default": None},
    }


_numbers = itertools.count(1)


def new_project() -> str:
    """Return a project name that no other test uses."""
    return f"conf{os.getpid()}x{next(_numbers)}"


def scope(project: str, environment: str = "staging", release: int | None = 1) -> Scope:
    """Return a scope."""
    return Scope(EnvironmentId(project, environment), release)


def tiny_workload(
    where: Scope,
    artifact: Artifact,
    *,
    service: str = "api",
    environment: Mapping[str, str] | None = None,
    definition: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Workload:
    """Return a workload of the tiny service; `definition` adds to the default one."""
    return Workload(
        scope=where,
        service=service,
        role=fields.pop("role", Role.WEB),
        artifact=artifact,
        definition={
            "command": None,
            "entrypoint": None,
            "networks": {"default": None},
            **(definition or {}),
        },
        environment=SecretMap({"NAME": service, **(environment or {})}),
        networks={"default": {"name": f"{where.environment.project}_default"}},
        port=fields.pop("port", PORT),
        stop_grace_s=fields.pop("stop_grace_s", 5.0),
        **fields,
    )


def serve(*options: str) -> list[str]:
    """Return the Compose command that serves with these options."""
    return ["python", "tiny.py", "serve", "--host", "0.0.0.0", "--port", str(PORT), *options]


def eventually(what: Callable[[], T | None], *, within_s: float = 30.0) -> T:
    """Return the first true value of `what`; fail after the deadline with its last answer."""
    deadline = time.monotonic() + within_s
    while True:
        try:
            if value := what():
                return value
            reason: object = value
        except (OSError, AssertionError) as error:
            reason = error
        if time.monotonic() > deadline:
            raise AssertionError(f"not so within {within_s} s: {reason!r}")
        time.sleep(0.02)


_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def get(address: tuple[str, int], path: str = "/", /, **query: str) -> str:
    """Return the body of a GET; an answer of 500 fails with its text."""
    url = f"http://{address[0]}:{address[1]}{path}?{urllib.parse.urlencode(query)}"
    try:
        with _direct.open(url, timeout=5) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{url}: {error.code} {error.read().decode()}") from error


def ask(under_test: EngineUnderTest, instance: Instance, path: str = "/", /, **query: str) -> str:
    """Return what the instance answers, as soon as it answers."""
    address = under_test.reach(instance, PORT)
    return eventually(lambda: (get(address, path, **query),))[0]


def only(instances: Sequence[Instance]) -> Instance:
    """Return the single one."""
    assert len(instances) == 1, instances
    return instances[0]


def seen(engine: Engine, where: Scope, service: str | None = None) -> tuple[Instance, ...]:
    """Return the scope's instances, of one service if named."""
    found = engine.instances(scope=where)
    return tuple(i for i in found if service is None or i.service == service)


def ended(engine: Engine, where: Scope) -> Instance:
    """Return the scope's single instance when it has exited."""

    def exited() -> Instance | None:
        instance = only(seen(engine, where))
        return instance if instance.state is InstanceState.EXITED else None

    return eventually(exited)
