"""The port of the vault: the secrets of the environments, and Shipway's own for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from shipway.model.names import EnvironmentId
from shipway.model.secret import How, Making, Recipient, Secret, VaultVersion
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


class Operators(Protocol):
    """Who else can read the files of a project's vault."""

    def of(self, project: str) -> tuple[Recipient, ...]:
        """Return the operators, those who have left too."""
        ...

    def share(self, project: str, name: str, key: str, environments: Collection[str]) -> Recipient:
        """Ensure that the operator's key opens the project's files.  Idempotent.

        Raises Problem `invalid-key`, `recipient-taken`.
        """
        ...

    def unshare(self, project: str, name: str) -> Recipient:
        """Ensure that the operator's key opens nothing that is written from now on.

        Idempotent.  Raises Problem `no-recipient`.
        """
        ...

    def recover(self, identity: str) -> tuple[EnvironmentId, ...]:
        """Open every file with an operator's private key and close it with the server's.

        For a server that has lost its own key.  Idempotent.  Raises Problem `invalid-key`.
        """
        ...


class Vault(Secrets, Protocol):
    """Reads and writes secrets; every change makes a new version.

    Raises Problem `vault-locked` where the server's key does not open a file, and
    `vault-broken` where one cannot be read.
    """

    @property
    def operators(self) -> Operators:
        """Return who else can read."""
        ...

    def secrets(self, environment: EnvironmentId, version: int | None = None) -> tuple[Secret, ...]:
        """Return the secrets of a version, the latest where none is named, by name."""
        ...

    def change(
        self,
        environment: EnvironmentId,
        *,
        who: str,
        put: Mapping[str, str],
        drop: Collection[str] = (),
        how: How = How.SET,
        what: str = "",
    ) -> int:
        """Put and drop secrets in one new version; return its number.

        Where nothing would change, no version is made.  Raises Problem `invalid-name`,
        `invalid-secret`.
        """
        ...

    def generate(
        self, environment: EnvironmentId, making: Mapping[str, Making], *, who: str
    ) -> int:
        """Make these secrets anew in one version; return its number."""
        ...

    def take_over(
        self, environment: EnvironmentId, *, who: str, address: str | None = None
    ) -> tuple[int, tuple[str, ...]]:
        """Take over what Doppler has, with the token that is a secret of the environment.

        What came from there and is gone there goes here too.  Returns the version and the
        names that changed.  Idempotent.  Raises Problem `no-secret`, `doppler-refused`,
        `doppler-unreachable`.
        """
        ...

    def versions(self, environment: EnvironmentId) -> tuple[VaultVersion, ...]:
        """Return the versions that are kept, newest first."""
        ...

    def restore(self, environment: EnvironmentId, version: int, *, who: str) -> int:
        """Make a new version that is as `version` was; return its number.

        Raises Problem `no-secret-version`.
        """
        ...

    def environments(self, project: str) -> tuple[EnvironmentId, ...]:
        """Return the project's environments that have secrets."""
        ...
