"""The port Writers where no other server can be: nothing else writes into these repositories."""

from __future__ import annotations

from shipway.model.names import EnvironmentId
from shipway.ports_repository import Writer


class Alone:
    """Says that this server is the writer everywhere."""

    def ensure_writer(self, environment: EnvironmentId) -> None:
        """Return."""
        del environment

    def other_writer(self, environment: EnvironmentId) -> Writer | None:
        """Return nobody."""
        del environment
        return None

    def take_over(self, environment: EnvironmentId) -> Writer | None:
        """Return nobody."""
        del environment
        return None
