"""Who else can read a project's vault files: `recipients.json`, which holds public keys only.

The list is written before the files are encrypted for it, so what a crash leaves is
finished by saying the same again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import asdict, replace
from pathlib import Path

from shipway.errors import Problem
from shipway.files import replace_file
from shipway.model.names import EnvironmentId
from shipway.model.secret import Recipient
from shipway.ports import Clock
from shipway.vault.keys import PublicKey, public_key

FILE = "recipients.json"


class ProjectOperators:
    """The operators of the projects.

    reseal: encrypts a project's files anew.  recover: opens all with a private key.
    """

    def __init__(
        self,
        directory: Path,
        clock: Clock,
        *,
        reseal: Callable[[str], None],
        recover: Callable[[str], tuple[EnvironmentId, ...]],
    ) -> None:
        self._directory = directory
        self._clock = clock
        self._reseal = reseal
        self._recover = recover

    def of(self, project: str) -> tuple[Recipient, ...]:
        """Return the operators, those who have left too."""
        path = self._directory / project / FILE
        try:
            items = json.loads(path.read_text(encoding="utf-8"))
            return tuple(
                Recipient(**{**item, "environments": tuple(item["environments"])}) for item in items
            )
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise Problem(
                "vault-broken",
                f"{path} cannot be read ({type(error).__name__}). Nothing was changed.",
                hints=["bring the file back from a backup"],
            ) from None

    def readers(self, environment: EnvironmentId) -> list[PublicKey]:
        """Return the public keys of those who may read an environment's file now."""
        return [
            public_key(item.key)
            for item in self.of(environment.project)
            if item.left is None and item.reads(environment.name)
        ]

    def share(self, project: str, name: str, key: str, environments: Collection[str]) -> Recipient:
        """Ensure that the operator's key opens the project's files."""
        public_key(key)
        key = " ".join(key.split()[:2])
        now = self.of(project)
        before = next((item for item in now if item.name == name and item.left is None), None)
        if before is not None and before.key != key:
            raise Problem(
                "recipient-taken",
                f"{name} has another key already. Nothing was changed.",
                hints=[f"shipway secret unshare {name}, then share again with the new key"],
            )
        wanted = tuple(sorted(environments))
        if before is None:
            entry = Recipient(name=name, key=key, since=self._clock.now(), environments=wanted)
        else:
            entry = replace(before, environments=wanted)
        self._write(project, [*(item for item in now if item is not before), entry])
        self._reseal(project)
        return entry

    def unshare(self, project: str, name: str) -> Recipient:
        """Ensure that the operator's key opens nothing that is written from now on."""
        now = self.of(project)
        mine = [item for item in now if item.name == name]
        if not mine:
            known = ", ".join(item.name for item in now if item.left is None) or "nobody"
            raise Problem(
                "no-recipient",
                f"{project}: the vault is not shared with {name} (it is with {known}).",
                hints=["shipway secret list"],
            )
        latest = mine[-1]
        entry = latest if latest.left is not None else replace(latest, left=self._clock.now())
        self._write(project, [entry if item is latest else item for item in now])
        self._reseal(project)
        return entry

    def recover(self, identity: str) -> tuple[EnvironmentId, ...]:
        """Open every file with an operator's private key, close it with the server's."""
        return self._recover(identity)

    def _write(self, project: str, entries: list[Recipient]) -> None:
        path = self._directory / project / FILE
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        text = json.dumps([asdict(item) for item in entries], indent=1, ensure_ascii=False)
        replace_file(path, text + "\n", mode=0o600)
