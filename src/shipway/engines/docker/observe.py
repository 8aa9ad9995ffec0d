"""What the engine says of containers, read as instances.

One list call tells nearly everything; what it leaves out (when an instance started, how
often it was restarted, how it ended) is inspected, once for each run of an instance.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from shipway.engines.docker import names
from shipway.engines.docker.listing import Listing, Summary
from shipway.engines.docker.streams import moment
from shipway.engines.docker.transport import ApiError, Transport
from shipway.model.workload import Health, Instance, InstanceState

_STATES = {
    "created": InstanceState.CREATED,
    "running": InstanceState.RUNNING,
    "paused": InstanceState.RUNNING,
    "restarting": InstanceState.RESTARTING,
    "removing": InstanceState.STOPPING,
    "exited": InstanceState.EXITED,
    "dead": InstanceState.EXITED,
}
_HEALTH = {
    "healthy": Health.HEALTHY,
    "unhealthy": Health.UNHEALTHY,
    "health: starting": Health.STARTING,
}
_SEVERAL = 4
_RUNS_KEPT = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What only an inspection tells of one run of a container."""

    started_at: float | None
    restarts: int
    exit_code: int | None


class Observer:
    """Lists Shipway's containers and reads them as instances; safe in several threads."""

    def __init__(self, transport: Transport, *, listens: bool = False) -> None:
        self._transport = transport
        self._listing = Listing(transport, listens=listens)
        self._runs: dict[str, tuple[str, _Run]] = {}
        self._lock = threading.Lock()

    def summaries(self, labels: Mapping[str, str]) -> list[Summary]:
        """Return the engine's list of all containers, running or not, with these labels."""
        return self._listing.summaries(labels)

    def instances(self, labels: Mapping[str, str]) -> tuple[Instance, ...]:
        """Return the instances with these labels, by scope, service and index."""
        found = [one for one in self.summaries(labels) if _is_instance(one)]
        return self.read(found)

    def read(self, summaries: Sequence[Summary]) -> tuple[Instance, ...]:
        """Return the instances that these list entries speak of; those gone meanwhile are not."""
        runs = {one["Id"]: self._known(one) for one in summaries}
        unknown = [one for one in summaries if runs[one["Id"]] is None]
        if len(unknown) > 1:
            with ThreadPoolExecutor(_SEVERAL, "docker-inspect") as pool:
                asked = list(pool.map(self._inspected, unknown))
        else:
            asked = [self._inspected(one) for one in unknown]
        runs.update((one["Id"], run) for one, run in zip(unknown, asked, strict=True))
        read = [
            instance
            for one in summaries
            if (run := runs[one["Id"]]) is not None
            and (instance := _instance(one, run)) is not None
        ]
        return tuple(sorted(read, key=lambda one: (one.scope.label, one.service, one.index)))

    def _known(self, summary: Summary) -> _Run | None:
        """Return what is known of this run already."""
        if summary["State"] == "created":
            return _Run(started_at=None, restarts=0, exit_code=None)
        mark, run = self._runs.get(str(summary["Id"]), ("", None))
        return run if mark == _mark(summary) else None

    def _inspected(self, summary: Summary) -> _Run | None:
        """Ask for what the list leaves out; None where the container is gone."""
        try:
            told = self._transport.get(f"/containers/{summary['Id']}/json")
        except ApiError as error:
            if error.status == 404:
                return None
            raise
        state = told["State"]
        run = _Run(
            started_at=moment(state.get("StartedAt", "")),
            restarts=int(told.get("RestartCount") or 0),
            exit_code=int(state["ExitCode"]) if not state.get("Running") else None,
        )
        mark = _mark(summary)
        if mark and bool(state.get("Running")) is (summary["State"] == "running"):
            with self._lock:
                if len(self._runs) >= _RUNS_KEPT:
                    self._runs.clear()
                self._runs[str(summary["Id"])] = (mark, run)
        return run


def _mark(summary: Summary) -> str:
    """Return what tells this run of a container from its others; empty where nothing does.

    A running container's endpoint is made anew at each start.  One that has ended says how
    long ago (`Exited (0) 3 hours ago`): of a later run it would say less.
    """
    if summary["State"] == "running":
        endpoints = (one.get("EndpointID") for one in _endpoints(summary).values())
        return str(next(filter(None, endpoints), ""))
    return str(summary.get("Status", "")) if summary["State"] == "exited" else ""


def environment_address(summary: Summary) -> tuple[str | None, str | None]:
    """Return (fixed, current) address of a container in its environment's network."""
    scope = names.scope_of(summary["Labels"])
    endpoint = _endpoints(summary).get(names.environment_network(scope)) if scope else None
    if not endpoint:
        return None, None
    fixed = (endpoint.get("IPAMConfig") or {}).get("IPv4Address")
    return fixed or None, endpoint.get("IPAddress") or None


def _instance(summary: Summary, run: _Run) -> Instance | None:
    labels = summary["Labels"]
    scope = names.scope_of(labels)
    state = _STATES.get(str(summary["State"]), InstanceState.EXITED)
    if scope is None:
        return None
    running = state is InstanceState.RUNNING
    address = environment_address(summary)[1]
    if summary["HostConfig"].get("NetworkMode") == "host":
        address = "127.0.0.1"
    ended = state in {InstanceState.EXITED, InstanceState.RESTARTING}
    return Instance(
        id=str(summary["Id"]),
        scope=scope,
        service=str(labels.get(names.SERVICE, "")),
        index=int(labels.get(names.INDEX, 0)),
        state=state,
        address=address if running else None,
        exit_code=run.exit_code if ended else None,
        restarts=run.restarts,
        started_at=run.started_at,
        health=_health(summary) if running else Health.NONE,
    )


def _health(summary: Summary) -> Health:
    """Return the verdict in the list's own words: `Up 3 minutes (healthy)`."""
    match = re.search(r"\(([a-z: ]+)\)$", str(summary.get("Status", "")))
    return _HEALTH.get(match[1], Health.NONE) if match else Health.NONE


def _endpoints(summary: Summary) -> Mapping[str, Any]:
    endpoints: Mapping[str, Any] = (summary.get("NetworkSettings") or {}).get("Networks") or {}
    return endpoints


def _is_instance(summary: Summary) -> bool:
    return names.RUN not in summary["Labels"]
