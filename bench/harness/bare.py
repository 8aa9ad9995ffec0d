"""The engine's own work of a rollout, without Shipway: the same containers by plain API calls.

Copies of the live instances of an environment (image, command, variables, networks, limits)
under names and a label of the benchmark's own.  They have no alias in any network, so that
nobody's requests come to them.  The order is that of a rollout of the board: the migration,
and the web services beside it; when both answer, the workers hand over.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from shipway.engines.docker.endpoint import find_endpoint
from shipway.engines.docker.transport import Transport

LABEL = "shipway-bench.bare"
PROBES = {"api": "/api/health", "web": "/healthz"}
WORKERS = ("worker", "scheduler")
MIGRATION = ("alembic", "upgrade", "head")
PORT = 8000
WITHIN_S = 60.0
PAUSE_S = 0.02
KEPT = (
    *("Image", "Cmd", "Entrypoint", "Env", "User", "WorkingDir", "StopSignal", "StopTimeout"),
    "Healthcheck",
)

Inspected = Mapping[str, Any]


class Bare:
    """Rolls out copies of what is live in one environment; `close` removes all of them."""

    def __init__(self, project: str, environment: str) -> None:
        self._engine = Transport(find_endpoint())
        self._labels = [
            f"io.shipway.project={project}",
            f"io.shipway.environment={environment}",
        ]
        self._old: list[str] = []

    def roll(self) -> float:
        """Do a rollout's work once beside what is live; return its seconds."""
        live = self._live()
        before, self._old = self._old, []
        began = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            migrated = pool.submit(self._migrate, live["api"])
            made = dict(zip(live, pool.map(self._create, live.values()), strict=True))
            started = [pool.submit(self._start, made[name]) for name in PROBES]
            for one in (*started, migrated):
                one.result()
            list(pool.map(lambda name: self._await(made[name], PROBES[name]), PROBES))
            leaving = [pool.submit(self._stop, one) for one in before]
            self._start(made["worker"])
            for left in leaving:
                left.result()
            self._start(made["scheduler"])
        took = time.monotonic() - began
        self._remove(set(self._mine()) - set(made.values()))
        self._old = [made[name] for name in WORKERS]
        self._remove([made[name] for name in PROBES])
        return took

    def close(self) -> None:
        """Remove every container of the benchmark's own."""
        self._remove(self._mine())

    def _live(self) -> dict[str, Inspected]:
        found = self._engine.get("/containers/json", filters={"label": self._labels})
        wanted = (*PROBES, *WORKERS)
        newest: dict[str, tuple[int, str]] = {}
        for one in found:
            name = one["Labels"].get("io.shipway.service", "")
            release = int(one["Labels"].get("io.shipway.release", "r0").lstrip("r") or 0)
            if name in wanted and release >= newest.get(name, (0, ""))[0]:
                newest[name] = (release, one["Id"])
        return {name: self._engine.get(f"/containers/{newest[name][1]}/json") for name in wanted}

    def _create(self, live: Inspected, argv: tuple[str, ...] | None = None) -> str:
        config = {name: live["Config"][name] for name in KEPT if live["Config"].get(name)}
        if argv is not None:
            config |= {"Cmd": list(argv)}
            config.pop("Healthcheck", None)
        host = {**live["HostConfig"], "RestartPolicy": {"Name": "no"}, "PortBindings": {}}
        first, *others = live["NetworkSettings"]["Networks"]
        body = {
            **config,
            "Labels": {LABEL: "1"},
            "HostConfig": {**host, "NetworkMode": first},
            "NetworkingConfig": {"EndpointsConfig": {first: {}}},
        }
        made = str(self._engine.call("POST", "/containers/create", body=body).json()["Id"])
        for network in others:
            self._engine.call("POST", f"/networks/{network}/connect", body={"Container": made})
        return made

    def _migrate(self, live: Inspected) -> None:
        job = self._create(live, MIGRATION)
        self._start(job)
        told = self._engine.call("POST", f"/containers/{job}/wait", limit_s=WITHIN_S).json()
        if told["StatusCode"] != 0:
            raise RuntimeError(f"the migration ended with {told['StatusCode']}")
        self._remove([job])

    def _start(self, container: str) -> None:
        self._engine.call("POST", f"/containers/{container}/start")

    def _stop(self, container: str) -> None:
        self._engine.call("POST", f"/containers/{container}/stop", limit_s=WITHIN_S)

    def _await(self, container: str, path: str) -> None:
        told = self._engine.get(f"/containers/{container}/json")
        address = next(iter(told["NetworkSettings"]["Networks"].values()))["IPAddress"]
        until = time.monotonic() + WITHIN_S
        while not _answers(address, path):
            if time.monotonic() > until:
                raise RuntimeError(f"nothing good at {address}{path} within {WITHIN_S:g} s")
            time.sleep(PAUSE_S)

    def _mine(self) -> list[str]:
        found = self._engine.get("/containers/json", all=True, filters={"label": [LABEL]})
        return [str(one["Id"]) for one in found]

    def _remove(self, containers: Iterable[str]) -> None:
        for one in containers:
            self._engine.call("DELETE", f"/containers/{one}", query={"force": True, "v": True})


def _answers(address: str, path: str) -> bool:
    connection = http.client.HTTPConnection(address, PORT, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 400
    except OSError:
        return False
    finally:
        connection.close()
