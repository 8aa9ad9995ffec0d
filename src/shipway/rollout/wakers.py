"""The port of the wakers: what takes the connections of sleeping environments."""

from __future__ import annotations

from typing import Protocol

from shipway.model.names import EnvironmentId


class Wakers(Protocol):
    """Takes the connections of sleeping environments, and holds them without a word.

    The first connection of an environment asks for it to be woken.
    """

    def open(self, environment: EnvironmentId, port: int | None) -> int:
        """Ensure that connections for the environment are held; return the port.

        port: the one it had; another is taken where that is not free.
        """
        ...

    def release(self, environment: EnvironmentId) -> None:
        """Close what is held, and whatever comes from now on at once."""
        ...

    def close(self, environment: EnvironmentId) -> None:
        """Ensure that nothing listens for the environment."""
        ...


class NoWakers:
    """Where nothing sleeps: a world without a daemon."""

    def open(self, environment: EnvironmentId, port: int | None) -> int:
        """Refuse."""
        raise NotImplementedError(f"{environment} cannot sleep here ({port})")

    def release(self, environment: EnvironmentId) -> None:
        """Do nothing: nothing is held."""

    def close(self, environment: EnvironmentId) -> None:
        """Do nothing: nothing listens."""
