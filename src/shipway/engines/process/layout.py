"""Where the engine keeps what: every path below its state directory is named here.

addresses.json        who has which loopback address
artifacts/HASH/       tree/ (the copied context), artifact.json, .complete
index.json            which project has which artifacts, and their tags
environments/KEY/     a Python environment or node_modules, for one lock file
instances/SCOPE/NAME/ one instance (see `Place`)
volumes/SCOPE.VOLUME/ named volumes
run/                  unix sockets: paths must stay short
shim-HASH.pyc         the shim, compiled; shim-HASH.py beside it is what tracebacks show
locks/                advisory locks
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shipway.model.names import EnvironmentId, Scope

RUN = "~run"
"""Ends the name of a job's place; no service name holds a tilde."""


@dataclass(frozen=True, slots=True)
class Place:
    """One instance's directory.

    plan (0600)     what the shim runs, see `plan.py`
    meta.json       whose instance it is
    state.json      what became of it, written by the shim
    root/           the service's files, the instance's own copy
    files/          mounted files, at their target's path
    home/           HOME
    log, log.1, …   its output
    """

    path: Path

    @property
    def id(self) -> str:
        """Return the instance's id: `shop.staging.r42/api-1`."""
        return f"{self.path.parent.name}/{self.path.name}"

    @property
    def plan(self) -> Path:
        """The shim's orders; they hold secrets."""
        return self.path / "plan"

    @property
    def meta(self) -> Path:
        """Scope, service and index."""
        return self.path / "meta.json"

    @property
    def state(self) -> Path:
        """The shim's record."""
        return self.path / "state.json"

    @property
    def root(self) -> Path:
        """The service's files."""
        return self.path / "root"

    @property
    def files(self) -> Path:
        """The mounted files."""
        return self.path / "files"

    @property
    def home(self) -> Path:
        """HOME of the instance."""
        return self.path / "home"

    @property
    def log(self) -> Path:
        """The newest of its log files."""
        return self.path / "log"


@dataclass(frozen=True, slots=True)
class Layout:
    """The state directory."""

    root: Path

    def scope(self, scope: Scope) -> Path:
        """Return the directory of a scope's instances."""
        return self.root / "instances" / scope.label

    def place(self, scope: Scope, service: str, index: int) -> Place:
        """Return an instance's place."""
        return Place(self.scope(scope) / f"{service}-{index}")

    def job(self, scope: Scope, service: str) -> Place:
        """Return the place of a service's job in this scope: there is one at a time."""
        return Place(self.scope(scope) / f"{service}{RUN}")

    def places(
        self, scope: Scope | None = None, *, environment: EnvironmentId | None = None
    ) -> Iterator[Place]:
        """Yield the places of a scope, of an environment, or all of them, jobs included."""
        for folder in [self.scope(scope)] if scope else self._scopes(environment):
            try:
                names = sorted(os.listdir(folder))  # noqa: PTH208 - asked every second
            except FileNotFoundError:
                continue
            yield from (Place(folder / name) for name in names)

    def _scopes(self, environment: EnvironmentId | None) -> list[Path]:
        base = self.root / "instances"
        try:
            names = sorted(os.listdir(base))  # noqa: PTH208 - asked every second
        except FileNotFoundError:
            return []
        if environment is not None:
            # neither name holds a dot: what is behind the environment's label is a release
            label = Scope(environment).label
            names = [name for name in names if name == label or name.startswith(f"{label}.")]
        return [base / name for name in names]

    def volume(self, environment: EnvironmentId, name: str) -> Path:
        """Return the directory of an environment's named volume."""
        return self.root / "volumes" / f"{Scope(environment).label}.{name}"

    def volumes_of(self, environment: EnvironmentId) -> list[Path]:
        """Return the directories of an environment's own volumes."""
        # neither project nor environment name holds a dot: the prefix is this one's alone
        prefix = f"{Scope(environment).label}."
        found = (self.root / "volumes").glob("*")
        return [folder for folder in found if folder.name.startswith(prefix)]

    def external_volume(self, name: str) -> Path:
        """Return the directory of a volume that no environment owns (`external: true`)."""
        return self.root / "volumes" / f"_external.{name}"

    def artifact(self, reference: str) -> Path:
        """Return the directory of an artifact."""
        return self.root / "artifacts" / reference.removeprefix("sha256:")

    def dependencies(self, key: str) -> Path:
        """Return the directory of an environment of dependencies."""
        return self.root / "environments" / key

    def socket_folder(self, place: Place) -> Path:
        """Return the directory of an instance's unix sockets; the path stays short."""
        digest = hashlib.sha256(str(place.path).encode()).hexdigest()[:10]
        return self.root / "run" / digest

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Hold an advisory lock of this state directory; it ends with its process."""
        folder = self.root / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
