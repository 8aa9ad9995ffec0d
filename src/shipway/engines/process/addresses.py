"""Loopback addresses: each instance has its own, so that it keeps its container's port.

Linux answers on all of 127.0.0.0/8; addresses come from 127.64.0.0/10.  The table on disk
says who has which; a reservation is made for a service that does not exist yet, because
its peers need to know its address before it starts.  Invariants: no two entries share an
address; a service's first instance has the address that its name means.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from shipway.engines.process.layout import Layout
from shipway.errors import Problem
from shipway.files import replace_file
from shipway.model.names import Scope

NETWORK = ipaddress.ip_network("127.64.0.0/10")
ATTEMPTS = 4096


def listening_addresses() -> set[str]:
    """Return the IPv4 addresses on which something of this machine listens."""
    found = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A":
            packed = bytes.fromhex(fields[1].partition(":")[0])[::-1]
            found.add(str(ipaddress.IPv4Address(packed)))
    return found


def candidate(seed: str, attempt: int) -> str:
    """Return an address of the network; never a network's first or last."""
    digest = hashlib.sha256(f"{seed}\0{attempt}".encode()).digest()
    offset = int.from_bytes(digest[:8], "big") % (NETWORK.num_addresses - 2) + 1
    return str(NETWORK[offset])


@dataclass(frozen=True, slots=True)
class AddressTable:
    """The table of addresses: `{scope: {"service/index": address}}`."""

    layout: Layout
    listening: Callable[[], set[str]] = listening_addresses

    @property
    def _path(self) -> Path:
        return self.layout.root / "addresses.json"

    def _read(self) -> dict[str, dict[str, str]]:
        try:
            table: dict[str, dict[str, str]] = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        return table

    def reserve(self, wanted: Iterable[tuple[Scope, str, int]]) -> list[str]:
        """Ensure that each (scope, service, index) has an address; return them in order.

        Raises Problem `no-address` where none is free.
        """
        wanted = list(wanted)
        found = self._lookup(self._read(), wanted)
        if found is not None:
            return found
        with self.layout.locked("addresses"):
            table = self._read()
            taken = {address for entries in table.values() for address in entries.values()}
            taken |= self.listening()
            for scope, service, index in wanted:
                entries = table.setdefault(scope.label, {})
                key = f"{service}/{index}"
                if key not in entries:
                    entries[key] = self._free(f"{self.layout.root}\0{scope.label}\0{key}", taken)
                    taken.add(entries[key])
            replace_file(self._path, json.dumps(table, indent=1, sort_keys=True))
            return self._lookup(table, wanted) or []

    def names(self, scope: Scope) -> dict[str, str]:
        """Return the address that each service name of the scope means, as far as known."""
        entries = self._read().get(scope.label, {})
        pairs = ((*key.rpartition("/"), address) for key, address in entries.items())
        return {service: address for service, _, index, address in pairs if index == "1"}

    def release(self, scope: Scope, *, service: str | None = None) -> None:
        """Free the scope's addresses; of a single service all but the one of its name.

        That one stays as long as the scope: peers that run were told it.
        """
        with self.layout.locked("addresses"):
            table = self._read()
            entries = table.pop(scope.label, {})
            if service is not None:
                table[scope.label] = {
                    key: address
                    for key, address in entries.items()
                    if key.rpartition("/")[0] != service or key.endswith("/1")
                }
            if entries:
                replace_file(self._path, json.dumps(table, indent=1, sort_keys=True))

    @staticmethod
    def _lookup(
        table: dict[str, dict[str, str]], wanted: list[tuple[Scope, str, int]]
    ) -> list[str] | None:
        keys = [(scope.label, f"{service}/{index}") for scope, service, index in wanted]
        found = [table.get(label, {}).get(key) for label, key in keys]
        return None if None in found else [address for address in found if address]

    @staticmethod
    def _free(seed: str, taken: set[str]) -> str:
        for attempt in range(ATTEMPTS):
            address = candidate(seed, attempt)
            if address not in taken:
                return address
        raise Problem(
            "no-address",
            f"no loopback address of {NETWORK} is free after {ATTEMPTS} attempts.",
            hints=["ss -ltn"],
        )
