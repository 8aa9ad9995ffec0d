"""The vault: `HOME/vault/PROJECT/ENVIRONMENT.age`, and the server's key beside it.

Owns the files and their encryption.  Leaves to others what the secrets mean.
Invariant: a value is on disk in no other form than encrypted; a file is replaced whole, so
a crash leaves the version before or the one after.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from pathlib import Path

from shipway.errors import Problem
from shipway.files import replace_file
from shipway.model.names import EnvironmentId
from shipway.model.secret import How, Making, Secret, VaultVersion
from shipway.model.workload import SecretMap
from shipway.ports import Clock
from shipway.vault import doppler, keys
from shipway.vault.document import History, from_bytes, to_bytes
from shipway.vault.generate import make
from shipway.vault.operators import ProjectOperators


class AgeVault:
    """All secrets of this machine, below `directory`."""

    def __init__(self, directory: Path, clock: Clock) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        directory.chmod(0o700)
        self._clock = clock
        self._lock = threading.RLock()
        self._operators = ProjectOperators(
            directory, clock, reseal=self._reseal, recover=self._recover
        )

    @property
    def operators(self) -> ProjectOperators:
        """Return who else can read."""
        return self._operators

    def values(self, environment: EnvironmentId, version: int | None = None) -> SecretMap:
        """Return an environment's secrets as variables."""
        return SecretMap(
            {item.name: item.value for item in self.secrets(environment, version)},
        )

    def version(self, environment: EnvironmentId) -> int:
        """Return the latest version's number, 0 without secrets."""
        return self._read(environment).latest

    def secrets(self, environment: EnvironmentId, version: int | None = None) -> tuple[Secret, ...]:
        """Return the secrets of a version, by name."""
        found = self._read(environment).secrets(version)
        return tuple(found[name] for name in sorted(found))

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
        """Put and drop secrets in one new version; return its number."""
        said = what or " ".join([*(f"{how} {name}" for name in put), *(f"-{n}" for n in drop)])
        with self._lock:
            before = self._read(environment)
            after = before.changed(
                put=put, drop=drop, how=how, at=self._clock.now(), by=who, what=said
            )
            if after is not before:
                self._write(after)
            return after.latest

    def generate(
        self, environment: EnvironmentId, making: Mapping[str, Making], *, who: str
    ) -> int:
        """Make these secrets anew in one version; return its number."""
        put: dict[str, str] = {}
        for name, how in making.items():
            put |= make(name, how)
        return self.change(
            environment,
            who=who,
            put=put,
            how=How.GENERATED,
            what=f"generated {', '.join(sorted(put))}",
        )

    def take_over(
        self, environment: EnvironmentId, *, who: str, address: str | None = None
    ) -> tuple[int, tuple[str, ...]]:
        """Take over what Doppler has; return the version and the names that changed."""
        now = self._read(environment).secrets()
        if doppler.TOKEN not in now:
            raise Problem(
                "no-secret",
                f"Doppler asks for a service token, and {environment} has no secret "
                f"{doppler.TOKEN}.",
                hints=[f"shipway secret set {doppler.TOKEN} -e {environment.name}"],
            )
        found = doppler.download(now[doppler.TOKEN].value, address or doppler.ADDRESS)
        found.pop(doppler.TOKEN, None)
        gone = [name for name, item in now.items() if item.how is How.DOPPLER and name not in found]
        changed = [
            name for name, value in found.items() if name not in now or now[name].value != value
        ]
        version = self.change(
            environment,
            who=who,
            put=found,
            drop=gone,
            how=How.DOPPLER,
            what=f"imported from Doppler: {', '.join(sorted([*changed, *gone])) or 'nothing new'}",
        )
        return version, tuple(sorted([*changed, *gone]))

    def versions(self, environment: EnvironmentId) -> tuple[VaultVersion, ...]:
        """Return the versions that are kept, newest first."""
        return tuple(item.about for item in reversed(self._read(environment).snapshots))

    def restore(self, environment: EnvironmentId, version: int, *, who: str) -> int:
        """Make a new version that is as `version` was; return its number."""
        with self._lock:
            after = self._read(environment).restored(version, at=self._clock.now(), by=who)
            self._write(after)
            return after.latest

    def environments(self, project: str) -> tuple[EnvironmentId, ...]:
        """Return the project's environments that have secrets."""
        found = sorted((self._directory / project).glob("*.age"))
        return tuple(EnvironmentId(project, path.stem) for path in found)

    @property
    def _key(self) -> Path:
        return self._directory / "server.key"

    def _path(self, environment: EnvironmentId) -> Path:
        return self._directory / environment.project / f"{environment.name}.age"

    def _read(self, environment: EnvironmentId, identity: keys.Identity | None = None) -> History:
        path = self._path(environment)
        try:
            sealed = path.read_bytes()
        except FileNotFoundError:
            return History(environment=environment)
        except OSError as error:
            raise _broken(path, error) from None
        content = keys.unseal(sealed, identity or keys.server_identity(self._key))
        if content is None:
            raise Problem(
                "vault-locked",
                f"{path} does not open with "
                f"{'that key' if identity else f'this server’s key ({self._key})'}. "
                "What runs goes on running.",
                hints=[
                    f"bring {self._key} back from a backup",
                    "shipway secret recover, with an operator's private key",
                ],
            )
        try:
            return from_bytes(content, environment)
        except (ValueError, KeyError, TypeError) as error:
            raise _broken(path, error) from None

    def _write(self, history: History) -> None:
        path = self._path(history.environment)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        readers: list[keys.PublicKey] = [
            keys.server_identity(self._key).to_public(),
            *self._operators.readers(history.environment),
        ]
        replace_file(path, keys.seal(to_bytes(history), readers), mode=0o600)

    def _reseal(self, project: str) -> None:
        with self._lock:
            for environment in self.environments(project):
                self._write(self._read(environment))

    def _recover(self, identity: str) -> tuple[EnvironmentId, ...]:
        """Read all files first, so that a wrong key changes nothing."""
        key = keys.private_key(identity)
        with self._lock:
            projects = sorted(path.name for path in self._directory.glob("*") if path.is_dir())
            found = [item for name in projects for item in self.environments(name)]
            locked = [item for item in found if not self._opens(item)]
            histories = [self._read(item, key) for item in locked]
            for history in histories:
                self._write(history)
        return tuple(locked)

    def _opens(self, environment: EnvironmentId) -> bool:
        try:
            self._read(environment)
        except Problem as problem:
            if problem.kind == "vault-locked":
                return False
            raise
        return True


def _broken(path: Path, error: Exception) -> Problem:
    return Problem(
        "vault-broken",
        f"{path} cannot be read ({type(error).__name__}). What runs goes on running.",
        hints=["bring the file back from a backup"],
    )
