"""Containers: ensure that they exist as planned, start, stop and remove them.

Invariant: one that was left half made by a killed daemon is recognised and made anew: the
engine's list tells which networks it lacks, and one that gets files carries its final name
only when they are in it.  What the engine answers to a repeated request (gone already,
running already) counts as done.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from shipway.engines.docker import names
from shipway.engines.docker.addresses import AddressBook
from shipway.engines.docker.injection import put_files
from shipway.engines.docker.listing import Summary
from shipway.engines.docker.networks import Network
from shipway.engines.docker.observe import Observer
from shipway.engines.docker.plan import ContainerPlan
from shipway.engines.docker.refusals import name_taken, refuse_stateful_change, too_slow
from shipway.engines.docker.second_start import forgets_modes, loses_nothing
from shipway.engines.docker.shares import Shares
from shipway.engines.docker.transport import ApiError, Transport
from shipway.errors import Problem
from shipway.model.names import EnvironmentId

_AT_ONCE = 8
_UNFINISHED = ".preparing"
UP = frozenset({"running", "restarting"})
"""Asked to start, they would be left as they are."""
RUNNING = frozenset({"running", "restarting", "paused"})
_ENDING = frozenset({"removing", "dead"})
_ENDED = "exited"
_START_LIMIT_S = 180.0
_STOP_MARGIN_S = 30.0
_REMOVAL_LIMIT_S = 60.0
_TRIES = 3
T = TypeVar("T")


class Containers:
    """Changes the containers of one engine; safe in several threads."""

    def __init__(self, transport: Transport, observer: Observer) -> None:
        self._transport = transport
        self._observer = observer
        self._addresses = AddressBook(observer)
        self._shares = Shares(transport)

    def running(self, plan: ContainerPlan, existing: Sequence[Summary]) -> str | None:
        """Return the id of the planned container where it runs: it is left as it is.

        Raises Problem `stateful-change`.
        """
        for one in existing:
            if _is_named(one, plan) and one["State"] in UP:
                refuse_stateful_change(one, plan)
                return str(one["Id"])
        return None

    def ensure(
        self,
        plan: ContainerPlan,
        existing: Sequence[Summary],
        networks: Mapping[str, Network],
        environment: EnvironmentId,
        *,
        shares: int | None = None,
    ) -> str:
        """Ensure that the planned container exists, and return its id.

        existing: what there is of this instance.  A running one is left as it is; a stopped
        one that differs is replaced, unless it is stateful: Problem `stateful-change`.  One that
        has run with a tmpfs is made anew too, where nothing is lost: see second_start.
        networks: those of the plan's attachments, by name.  shares: of processors, where it is
        made here.
        """
        for one in existing:
            whole = _is_named(one, plan)
            if whole and one["State"] not in _ENDING and self._keep(one, plan, networks):
                return str(one["Id"])
        for one in existing:
            self.remove(one)
        return self._create(plan, networks, environment, shares)

    def _keep(self, one: Summary, plan: ContainerPlan, networks: Mapping[str, Network]) -> bool:
        equal = one["Labels"].get(names.CONFIG_HASH) == plan.config_hash
        stateful = names.keeps_data(one["Labels"])
        refuse_stateful_change(one, plan)
        if one["State"] in RUNNING:
            return True
        if not equal:
            return False
        anew = one["State"] == _ENDED and forgets_modes(plan)
        if anew and (not stateful or loses_nothing(self._transport, str(one["Id"]))):
            return False
        joined = (one.get("NetworkSettings") or {}).get("Networks") or {}
        stale = [
            attachment
            for attachment in plan.attachments
            if joined.get(attachment.network, {}).get("NetworkID")
            not in {"", networks[attachment.network].id}
        ]
        if stale and stateful:
            for attachment in stale:
                network = networks[attachment.network]
                self._leave(str(one["Id"]), network)
                self._join(str(one["Id"]), network.id, attachment.endpoint())
        return stateful or not stale

    def _create(
        self,
        plan: ContainerPlan,
        networks: Mapping[str, Network],
        environment: EnvironmentId,
        shares: int | None,
    ) -> str:
        name = plan.name + _UNFINISHED if plan.files else plan.name
        with contextlib.ExitStack() as promises:
            body = dict(plan.body)
            if shares is not None:
                body["HostConfig"] = {**body["HostConfig"], "CpuShares": shares}
            first, *others = plan.attachments or (None,)
            if first is not None:
                subnet = networks[first.network].subnet
                address = None
                if subnet is not None and names.RUN not in body["Labels"]:
                    address = self._addresses.promise(environment, subnet, promises)
                endpoint = first.endpoint(address)
                body["NetworkingConfig"] = {"EndpointsConfig": {first.network: endpoint}}
            container = self._post(plan, name, body)
        try:
            for other in others:
                if other is not None:
                    self._join(container, networks[other.network].id, other.endpoint())
            put_files(self._transport, container, plan.files)
            if name != plan.name:
                self._rename(container, plan.name)
            if shares is not None:
                self._shares.remember(container, shares)
        except BaseException:
            with contextlib.suppress(ApiError):
                self._delete(container, volumes=True)
            raise
        return container

    def _post(self, plan: ContainerPlan, name: str, body: Mapping[str, Any]) -> str:
        query = {"name": name, "platform": plan.platform}
        try:
            reply = self._transport.call("POST", "/containers/create", query=query, body=body)
        except ApiError as error:
            if error.status == 404 and "image" in error.reason.lower():
                raise Problem(
                    "image-not-found",
                    f"The image of {plan.name} ({body['Image']}) is not on the server any more.",
                    hints=["shipway deploy   # builds or fetches it again"],
                ) from error
            if error.status == 409:
                raise name_taken(name) from error
            raise
        return str(reply.json()["Id"])

    def _rename(self, container: str, name: str) -> None:
        try:
            self._transport.call("POST", f"/containers/{container}/rename", query={"name": name})
        except ApiError as error:
            if error.status == 409:
                raise name_taken(name) from error
            raise

    def _join(self, container: str, network: str, endpoint: Mapping[str, Any]) -> None:
        body = {"Container": container, "EndpointConfig": endpoint}
        self._transport.call("POST", f"/networks/{network}/connect", body=body)

    def _leave(self, container: str, network: Network) -> None:
        body = {"Container": container, "Force": True}
        with contextlib.suppress(ApiError):
            self._transport.call("POST", f"/networks/{network.name}/disconnect", body=body)

    def start(
        self,
        container: str,
        plan: ContainerPlan,
        networks: Mapping[str, Network],
        environment: EnvironmentId,
    ) -> None:
        """Ensure that the container runs.  Raises Problem `start-failed`."""
        for tries_left in reversed(range(_TRIES)):
            try:
                self._transport.call(
                    "POST", f"/containers/{container}/start", limit_s=_START_LIMIT_S
                )
            except ApiError as error:
                if tries_left and error.reason.startswith("Address already in use"):
                    self._move(container, plan, networks, environment)
                    continue
                raise Problem(
                    "start-failed",
                    f"{plan.name} could not be started: {error.reason}",
                    hints=["correct `command`, `entrypoint` or the mounts in the Compose file"],
                ) from error
            return

    def _move(
        self,
        container: str,
        plan: ContainerPlan,
        networks: Mapping[str, Network],
        environment: EnvironmentId,
    ) -> None:
        """Give the container another fixed address: somebody else took its own meanwhile."""
        first = plan.attachments[0]
        network = networks[first.network]
        with contextlib.ExitStack() as promises:
            subnet = network.subnet
            address = self._addresses.promise(environment, subnet, promises) if subnet else None
            self._leave(container, network)
            self._join(container, network.id, first.endpoint(address))

    def share(self, containers: Sequence[str], shares: int) -> None:
        """Ensure that the containers, running or not, have so many processor shares."""
        side_by_side(
            lambda one: self._shares.set(one, shares), self._shares.missing(containers, shares)
        )

    def stop(self, containers: Sequence[str]) -> None:
        """Ensure that all have ended, each by its own signal and grace period.

        The engine answers a moment before its own list says so: wait for the list, too, or
        a start right after the stop would find an instance that seems to run.
        """
        side_by_side(self._stop, containers)
        filters = {"id": list(containers)}
        deadline = time.monotonic() + _STOP_MARGIN_S
        while containers and self._transport.get("/containers/json", filters=filters):
            if time.monotonic() > deadline:
                raise too_slow("stopped", containers[0], _STOP_MARGIN_S)
            time.sleep(0.01)

    def _stop(self, container: str) -> None:
        try:
            told = self._transport.get(f"/containers/{container}/json")
            grace_s = float(told["Config"].get("StopTimeout") or 10)
            self._transport.call(
                "POST", f"/containers/{container}/stop", limit_s=grace_s + _STOP_MARGIN_S
            )
        except ApiError as error:
            if error.status != 404:
                raise

    def remove(self, one: Summary) -> None:
        """Ensure that the container is gone, ended gracefully; its named volumes stay."""
        if one["State"] in RUNNING:
            self._stop(str(one["Id"]))
        self._delete(str(one["Id"]), volumes=not names.keeps_data(one["Labels"]))

    def _delete(self, container: str, *, volumes: bool) -> None:
        """Delete a container.  `volumes`: with its nameless ones, which nothing else can use."""
        try:
            query = {"force": True, "v": volumes}
            self._transport.call("DELETE", f"/containers/{container}", query=query)
        except ApiError as error:
            if error.status == 404:
                return
            if error.status != 409:
                raise
            self._await_gone(container)

    def _await_gone(self, container: str) -> None:
        """Wait for a removal that is going on already."""
        deadline = time.monotonic() + _REMOVAL_LIMIT_S
        while time.monotonic() < deadline:
            try:
                self._transport.get(f"/containers/{container}/json")
            except ApiError as error:
                if error.status == 404:
                    return
                raise
            time.sleep(0.05)
        raise too_slow("removed", container, _REMOVAL_LIMIT_S)


def side_by_side(action: Callable[[T], object], things: Iterable[T]) -> None:
    """Do `action` to all things at the same time; raise the first failure after all ended."""
    todo = list(things)
    if len(todo) == 1:
        action(todo[0])
        return
    with ThreadPoolExecutor(max(1, min(_AT_ONCE, len(todo))), "docker") as pool:
        futures = [pool.submit(action, thing) for thing in todo]
    for future in futures:
        future.result()


def _is_named(one: Summary, plan: ContainerPlan) -> bool:
    return f"/{plan.name}" in (one["Names"] or ())
