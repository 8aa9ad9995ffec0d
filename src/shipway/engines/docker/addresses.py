"""Gives instances their fixed addresses in their environment's network.

Invariant: the engine's own list of containers is the record of who has which; a promise
only bridges the moment until a new container stands in it.
"""

from __future__ import annotations

import contextlib
import ipaddress
import threading
from collections.abc import Iterator

from shipway.engines.docker import names
from shipway.engines.docker.observe import Observer, environment_address
from shipway.model.names import EnvironmentId


class AddressBook:
    """Knows which addresses are free; safe in several threads."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._lock = threading.Lock()
        self._promised: set[tuple[EnvironmentId, str]] = set()

    def promise(
        self,
        environment: EnvironmentId,
        subnet: ipaddress.IPv4Network,
        promises: contextlib.ExitStack,
    ) -> str | None:
        """Return a free address, promised to nobody else until `promises` closes.

        None where all are taken: then the engine gives one from its own half.
        """
        with self._lock:
            summaries = self._observer.summaries(names.environment_labels(environment))
            taken = {given for one in summaries for given in environment_address(one)}
            for address in addresses(subnet):
                promise = (environment, address)
                if address not in taken and promise not in self._promised:
                    self._promised.add(promise)
                    promises.callback(self._promised.discard, promise)
                    return address
        return None


def addresses(subnet: ipaddress.IPv4Network) -> Iterator[str]:
    """Yield the addresses that Shipway may give, lowest first; the first is the gateway's."""
    for number in range(2, subnet.num_addresses // 2):
        yield str(subnet.network_address + number)
