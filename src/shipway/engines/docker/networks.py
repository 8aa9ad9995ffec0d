"""The networks of environments and releases, and the fixed addresses in them.

The environment's network is the one whose addresses Shipway gives out: it outlives the
releases, and this machine reaches it directly, as it does every bridge.  An instance keeps
its address when it crashes and is restarted, which the engine alone does not do (it hands
out the next free one): so the ingress need not be told, even while the daemon is away.
The engine allows fixed addresses only where the subnet was asked for, so the network is
made twice: once to see what the engine's own pools offer, then with exactly that.
The lower half of the subnet is Shipway's, the upper half the engine's own.
"""

from __future__ import annotations

import contextlib
import ipaddress
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shipway.engines.docker import names
from shipway.engines.docker.transport import ApiError, Transport
from shipway.errors import Problem
from shipway.model.names import Scope

_TRIES = 5
_SMALLEST_PREFIX = 28
_ENDPOINTS = "active endpoints"
_LET_GO_S = 5.0
"""A container may be gone a moment before it has let go of its networks."""
_LOOK_S = 0.1
_ENSURING = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One network; `subnet` where fixed addresses can be given, else None."""

    id: str
    name: str
    subnet: ipaddress.IPv4Network | None = None


class Networks:
    """Ensures and removes networks of one engine."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def ensure(self, scope: Scope, driver_options: Mapping[str, str]) -> Network:
        """Ensure that the scope has its network.  Raises Problem `no-free-network`, `name-taken`."""
        with _ENSURING:
            for _ in range(_TRIES):
                if found := self.find(scope):
                    return found
                with contextlib.suppress(_TakenMeanwhile):
                    self._create(scope, driver_options)
                    self._drop_younger(scope)
        raise Problem(
            "no-free-network",
            f"The Docker Engine did not keep a subnet free for the network {scope.label}.",
            hints=["docker network ls"],
        )

    def find(self, scope: Scope) -> Network | None:
        """Return the scope's network; of two made at once, the elder."""
        found = self._labelled(scope)
        if not found:
            return None
        first = min(found, key=lambda one: (one["Created"], one["Id"]))
        return Network(id=first["Id"], name=first["Name"], subnet=_own_subnet(first))

    def external(self, name: str) -> Network:
        """Return a network that is not Shipway's.  Raises Problem `network-missing`."""
        try:
            found = self._transport.get(f"/networks/{name}")
        except ApiError as error:
            if error.status != 404:
                raise
            raise Problem(
                "network-missing",
                f"The external network {name} does not exist.",
                hints=[f"docker network create {name}"],
            ) from error
        return Network(id=found["Id"], name=name)

    def remove(self, scope: Scope) -> None:
        """Ensure that the scope has no network.  Raises Problem `network-in-use`."""
        for network in self._labelled(scope):
            deadline = time.monotonic() + _LET_GO_S
            while error := self._kept(network):
                if time.monotonic() > deadline:
                    raise self._in_use(network, error) from error
                time.sleep(_LOOK_S)

    def _kept(self, network: Mapping[str, Any]) -> ApiError | None:
        """Remove a network; return why the engine keeps it, None where it is gone."""
        try:
            self._transport.call("DELETE", f"/networks/{network['Id']}")
        except ApiError as error:
            if error.status == 404:
                return None
            if _ENDPOINTS not in error.reason:
                raise
            return error
        return None

    def _drop_younger(self, scope: Scope) -> None:
        """Remove what another process made at the same moment: the engine allows one name twice."""
        eldest = self.find(scope)
        for one in self._labelled(scope):
            if eldest is not None and one["Id"] != eldest.id:
                with contextlib.suppress(ApiError):
                    self._transport.call("DELETE", f"/networks/{one['Id']}")

    def _labelled(self, scope: Scope) -> list[dict[str, Any]]:
        filters = names.selector(names.scope_labels(scope))
        found = self._transport.get("/networks", filters=filters)
        return [one for one in found if names.scope_of(one.get("Labels") or {}) == scope]

    def _create(self, scope: Scope, driver_options: Mapping[str, str]) -> None:
        body: dict[str, Any] = {
            "Name": names.network_name(scope),
            "CheckDuplicate": True,
            "Driver": "bridge",
            "Options": dict(driver_options),
            "Labels": names.scope_labels(scope),
        }
        created = self._post(body)
        if scope.release is not None:
            return
        offered = self._transport.get(f"/networks/{created}")
        pool = _pool(offered)
        if pool is None:
            return
        self._transport.call("DELETE", f"/networks/{created}")
        self._post({**body, "IPAM": {"Driver": "default", "Config": [pool]}})

    def _post(self, body: Mapping[str, Any]) -> str:
        try:
            return str(self._transport.call("POST", "/networks/create", body=body).json()["Id"])
        except ApiError as error:
            if "overlaps" in error.reason:
                raise _TakenMeanwhile from error
            if error.status == 409:
                raise Problem(
                    "name-taken",
                    f"A Docker network called {body['Name']} exists and is not Shipway's.",
                    hints=[f"docker network rm {body['Name']}"],
                ) from error
            if "address pool" in error.reason:
                raise Problem(
                    "no-free-network",
                    f"The Docker Engine has no subnet left for the network {body['Name']}: "
                    f"{error.reason}",
                    hints=[
                        "docker network prune",
                        'set "default-address-pools" with size 24 in /etc/docker/daemon.json',
                    ],
                ) from error
            raise

    def _in_use(self, network: Mapping[str, Any], error: ApiError) -> Problem:
        with contextlib.suppress(ApiError):
            users = self._transport.get(f"/networks/{network['Id']}").get("Containers") or {}
            listed = sorted(str(one.get("Name")) for one in users.values())
            if listed:
                return Problem(
                    "network-in-use",
                    f"The network {network['Name']} cannot be removed: it is used by "
                    f"{', '.join(listed)}, which Shipway did not start there.",
                    hints=[f"docker network disconnect {network['Name']} {listed[0]}"],
                )
        return error


class _TakenMeanwhile(Exception):  # noqa: N818 - a signal between two methods, not an error
    """Somebody else took the subnet between our two steps."""


def _pool(network: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the IPAM configuration that keeps the offered subnet and its lower half for us."""
    for config in (network.get("IPAM") or {}).get("Config") or ():
        subnet = ipaddress.ip_network(config["Subnet"])
        if isinstance(subnet, ipaddress.IPv4Network) and subnet.prefixlen <= _SMALLEST_PREFIX:
            _, upper = subnet.subnets()
            return {
                "Subnet": str(subnet),
                "IPRange": str(upper),
                "Gateway": str(subnet.network_address + 1),
            }
    return None


def _own_subnet(network: Mapping[str, Any]) -> ipaddress.IPv4Network | None:
    for config in (network.get("IPAM") or {}).get("Config") or ():
        if config.get("IPRange"):
            subnet = ipaddress.ip_network(config["Subnet"])
            if isinstance(subnet, ipaddress.IPv4Network):
                return subnet
    return None
