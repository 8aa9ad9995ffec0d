"""Processor shares of containers: said to the engine once.

Invariant: what is remembered is what this process has said last, so a daemon that has just
started says everything anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from shipway.engines.docker.transport import ApiError, Transport

_KEPT = 4096


class Shares:
    """Sets the shares of one engine's containers; safe in several threads."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._said: dict[str, int] = {}

    def missing(self, containers: Sequence[str], shares: int) -> list[str]:
        """Return those of which it is not known that they have so many shares."""
        return [one for one in containers if self._said.get(one) != shares]

    def set(self, container: str, shares: int) -> None:
        """Ensure that the container, running or not, has so many shares; one that is gone is well."""
        try:
            self._transport.call(
                "POST", f"/containers/{container}/update", body={"CpuShares": shares}
            )
        except ApiError as error:
            if error.status != 404:
                raise
        else:
            self.remember(container, shares)

    def remember(self, container: str, shares: int) -> None:
        """Take note that the container was made with so many shares."""
        if len(self._said) >= _KEPT:
            self._said.clear()
        self._said[container] = shares
