"""The port of the vault: the secrets of the environments, and Shipway's own for them."""

from __future__ import annotations

from typing import Protocol

from shipway.model.names import EnvironmentId
from shipway.model.workload import SecretMap


class Secrets(Protocol):
    """Reads secrets.  What writes them is the vault's own affair."""

    def values(self, environment: EnvironmentId, version: int | None = None) -> SecretMap:
        """Return an environment's secrets, of the latest version where none is named.

        Empty where it has none.  Raises Problem `vault-locked`, `vault-broken`,
        `no-secret-version`.
        """
        ...

    def version(self, environment: EnvironmentId) -> int:
        """Return the number of the latest version; 0 where the environment has no secrets."""
        ...
