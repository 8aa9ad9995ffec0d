"""A stage for live checks: an application of values, over real sockets and real programs.

The engine and the console are small stand-ins behind their ports (real engines are checked
in their own suite and in `test_running.py`); what answers requests is real.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from shipway.checks.live import Live, LiveOutcome, Scene, run_live
from shipway.model.application import Application, Job, Policy, Probe, RouteRule, Service
from shipway.model.evidence import Result
from shipway.model.journey import Journey
from shipway.model.names import EnvironmentId, Scope
from shipway.model.records import Commit, Release
from shipway.model.workload import Instance, InstanceState, Role, SecretMap, Workload
from shipway.tools import BEHIND
from tests.checks.conftest import TODAY
from tests.support.clocks import WakefulClock

COMMIT = Commit(hash="a" * 40, subject="one", author="kim", at=1.0, ref="HEAD")
PRODUCTION = EnvironmentId("shop", "production")

Reply = tuple[int, Mapping[str, str], str]
Answering = Callable[[str, str, Mapping[str, str]], Reply]
"""Takes method, path and headers."""


@dataclass
class Cast:
    """The engine and the console: instances that were given, commands run on this machine.

    programs: what a command inside an instance is replaced by, by its first word.
    """

    playing: list[Instance] = field(default_factory=list)
    programs: dict[str, list[str]] = field(default_factory=dict)

    def instances(
        self, environment: EnvironmentId | None = None, scope: Scope | None = None
    ) -> tuple[Instance, ...]:
        del environment
        return tuple(item for item in self.playing if scope in {None, item.scope})

    def exec_argv(self, instance: Instance, argv: Sequence[str], *, tty: bool) -> list[str]:
        del instance, tty
        if tuple(argv[: len(BEHIND)]) == BEHIND and BEHIND[0] not in self.programs:
            return [*BEHIND, *self._played(argv[len(BEHIND) :])]
        return self._played(argv)

    def _played(self, argv: Sequence[str]) -> list[str]:
        return [*self.programs.get(argv[0], [argv[0]]), *argv[1:]]


def service(name: str = "api", role: Role = Role.WEB, **more: Any) -> Service:
    values = {"definition": {}, **more}
    values["environment"] = SecretMap(values.get("environment"))
    return Service(name=name, role=role, **values)


def store(image: str, port: int | None = None, **environment: str) -> Service:
    return service(
        image.rsplit("/", maxsplit=1)[-1].split(":", maxsplit=1)[0],
        Role.STATEFUL,
        definition={"image": image},
        environment=environment,
        port=port,
    )


def playing(item: Service, environment: EnvironmentId = PRODUCTION, **more: Any) -> Instance:
    release = None if item.role is Role.STATEFUL else 1
    values = {
        "id": f"{item.name}-{len(more)}",
        "scope": Scope(environment=environment, release=release),
        "service": item.name,
        "index": 1,
        "state": InstanceState.RUNNING,
        "address": "127.0.0.1",
        **more,
    }
    return Instance(**values)


def scene(
    *services: Service,
    port: int = 1,
    routes: Sequence[RouteRule] = (),
    jobs: Sequence[Job] = (),
    journeys: Sequence[Journey] = (),
    cast: Cast | None = None,
    environment: EnvironmentId = PRODUCTION,
    source: Path | None = None,
    outside: Sequence[str] = (),
    **more: Any,
) -> Scene:
    services = services or (service(),)
    app = Application(
        environment=environment,
        services=services,
        routes=tuple(routes) or (RouteRule(service=services[0].name),),
        port=port,
        address="127.0.0.1",
        jobs=tuple(jobs),
        journeys=tuple(journeys),
        policy=more.pop("policy", Policy()),
        **more,
    )
    engine: Any = cast or Cast(playing=[playing(item, environment) for item in services])
    release = Release(
        project="shop",
        number=1,
        commit=COMMIT,
        artifacts={},
        created_at=1.0,
        created_by="kim",
    )

    def workload(_service: Service) -> Workload:
        raise AssertionError("nothing is started on this stage")

    return Scene(
        app=app,
        release=release,
        engine=engine,
        console=engine,
        clock=WakefulClock(1000.0),
        home=Path("/"),
        workload=workload,
        source=source,
        outside=tuple(outside),
    )


def outcome(check: str, on: Scene) -> LiveOutcome:
    """Run one check on a scene."""
    report = run_live(on, today=TODAY, only=(check,))
    (found,) = report.outcomes
    return found


def result(check: str, on: Scene) -> tuple[Result, str]:
    """Return how a check comes out, and what it says."""
    found = outcome(check, on)
    return found.result, found.evidence.says.en


@contextmanager
def answering(answer: Answering, address: str = "127.0.0.1") -> Iterator[int]:
    """Serve HTTP on a port; yield it."""

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, body = answer(self.command, self.path, dict(self.headers))
            data = body.encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_OPTIONS = _reply  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((address, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def page(body: str = "ok", status: int = 200, **headers: str) -> Reply:
    """Return an answer; underscores in names of headers stand for dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, {"Content-Type": "text/html", **named}, body


def as_json(value: Any, status: int = 200, **headers: str) -> Reply:
    """Return an answer of JSON."""
    return page(json.dumps(value), status, Content_Type="application/json", **headers)


__all__ = [
    "PRODUCTION",
    "Application",
    "Cast",
    "Job",
    "Live",
    "Policy",
    "Probe",
    "Result",
    "RouteRule",
    "answering",
    "as_json",
    "outcome",
    "page",
    "playing",
    "replace",
    "result",
    "scene",
    "service",
    "store",
]
