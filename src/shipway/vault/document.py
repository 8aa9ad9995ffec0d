"""What is inside one file of the vault: every version of an environment's secrets.  Pure.

The newest version stands last.  At most VERSIONS_KEPT are kept.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.model.secret import VALUE_BYTES_MAX, How, Secret, VaultVersion, secret_name

FORMAT = 1
VERSIONS_KEPT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One version with its values."""

    about: VaultVersion
    secrets: Mapping[str, Secret] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All versions of one environment, oldest first."""

    environment: EnvironmentId
    snapshots: tuple[Snapshot, ...] = field(default=(), repr=False)

    @property
    def latest(self) -> int:
        """Return the newest version's number; 0 without any."""
        return self.snapshots[-1].about.number if self.snapshots else 0

    def secrets(self, version: int | None = None) -> Mapping[str, Secret]:
        """Return a version's secrets.  Raises Problem `no-secret-version`."""
        if version is None or (version == 0 and not self.snapshots):
            return self.snapshots[-1].secrets if self.snapshots else {}
        for snapshot in self.snapshots:
            if snapshot.about.number == version:
                return snapshot.secrets
        kept = ", ".join(str(item.about.number) for item in self.snapshots[-5:]) or "none"
        raise Problem(
            "no-secret-version",
            f"{self.environment} keeps no version {version} of its secrets (it has: … {kept}).",
            hints=[f"shipway secret versions {self.environment.name}"],
        )

    def changed(
        self,
        *,
        put: Mapping[str, str],
        drop: Collection[str],
        how: How,
        at: float,
        by: str,
        what: str,
    ) -> History:
        """Return the history with a new version; the same one where nothing changes."""
        before = self.secrets()
        after = {name: item for name, item in before.items() if name not in drop}
        for name, value in put.items():
            _check(name, value)
            old = before.get(name)
            if old is None or old.value != value:
                after[name] = Secret(name=name, value=value, how=how, at=at, by=by)
        if after == dict(before):
            return self
        return self._with(after, at=at, by=by, what=what)

    def restored(self, version: int, *, at: float, by: str) -> History:
        """Return the history with a new version that is as an earlier one was."""
        return self._with(
            self.secrets(version), at=at, by=by, what=f"restored from version {version}"
        )

    def _with(self, secrets: Mapping[str, Secret], *, at: float, by: str, what: str) -> History:
        about = VaultVersion(
            number=self.latest + 1, at=at, by=by, what=what, names=tuple(sorted(secrets))
        )
        snapshots = (*self.snapshots, Snapshot(about=about, secrets=dict(secrets)))
        return History(environment=self.environment, snapshots=snapshots[-VERSIONS_KEPT:])


def _check(name: str, value: str) -> None:
    secret_name(name)
    if "\0" in value:
        raise Problem("invalid-secret", f"{name}: a secret cannot hold a zero byte.")
    if len(value.encode()) > VALUE_BYTES_MAX:
        raise Problem("invalid-secret", f"{name} is larger than 1 MiB, the most it may have.")
    if not value:
        raise Problem(
            "invalid-secret",
            f"{name}: an empty value is no secret.",
            hints=[f"shipway secret unset {name}, to remove it"],
        )


def to_bytes(history: History) -> bytes:
    """Return the history as JSON, for a person with a key to read too."""
    document = {
        "format": FORMAT,
        "project": history.environment.project,
        "environment": history.environment.name,
        "versions": [
            {
                "number": item.about.number,
                "at": item.about.at,
                "by": item.about.by,
                "what": item.about.what,
                "secrets": {
                    name: {
                        "value": secret.value,
                        "how": secret.how.value,
                        "at": secret.at,
                        "by": secret.by,
                    }
                    for name, secret in sorted(item.secrets.items())
                },
            }
            for item in history.snapshots
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=False).encode()


def from_bytes(content: bytes, environment: EnvironmentId) -> History:
    """Return the history in a file.  Raises ValueError for one of another environment."""
    document = json.loads(content)
    if document["format"] != FORMAT:
        raise ValueError("another format")
    if EnvironmentId(document["project"], document["environment"]) != environment:
        raise ValueError("another environment")
    return History(
        environment=environment,
        snapshots=tuple(_snapshot(item) for item in document["versions"]),
    )


def _snapshot(item: Mapping[str, Any]) -> Snapshot:
    secrets = {
        name: Secret(
            name=name,
            value=given["value"],
            how=How(given["how"]),
            at=given["at"],
            by=given["by"],
        )
        for name, given in item["secrets"].items()
    }
    about = VaultVersion(
        number=item["number"],
        at=item["at"],
        by=item["by"],
        what=item["what"],
        names=tuple(sorted(secrets)),
    )
    return Snapshot(about=about, secrets=secrets)
