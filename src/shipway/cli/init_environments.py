"""The environments that `init` proposes: by the files of variables that a team keeps for each."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shipway.spec.flow import flow

if TYPE_CHECKING:
    from shipway.checks.facts.env import EnvFile
    from shipway.checks.facts.files import Files

ORDER = ("development", "staging", "production")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layered:
    """Files of variables in one folder: one for all environments, and one for each."""

    common: EnvFile | None = None
    own: Mapping[str, EnvFile] = field(default_factory=dict)

    def ports(self) -> dict[str, int]:
        """Return the port of each environment, where a variable tells them apart."""
        if not self.own:
            return {}
        keys = [item.key for item in next(iter(self.own.values())).variables]
        for key in keys:
            values = [file.get(key) for file in self.own.values()]
            found = [item.value for item in values if item is not None and item.value.isdigit()]
            if key.endswith("PORT") and len(set(found)) == len(self.own):
                return dict(zip(self.own, map(int, found), strict=True))
        return {}


def layered(files: Files) -> Layered:
    """Return the project's layered files: a folder that has one for staging and production."""
    from shipway.checks.facts.env import EnvRole, env_files
    from shipway.checks.facts.paths import aside

    by_folder: dict[str, dict[str, EnvFile]] = {}
    for file in env_files(files):
        if file.role is EnvRole.VALUES and file.environment and not aside(file.path):
            by_folder.setdefault(posixpath.dirname(file.path), {})[file.environment] = file
    for found in by_folder.values():
        if {"staging", "production"} <= found.keys():
            own = {name: found[name] for name in ORDER if name in found}
            return Layered(common=found.get("common"), own=own)
    return Layered()


def environment_lines(lines: list[str], files: Files, proposed: Mapping[str, int]) -> list[str]:
    """Return staging and production by port, where the proxy's file named no host.

    proposed: the ports where the project's own files name none.
    """
    if any(line.startswith("environments:") for line in lines):
        return []
    found = layered(files)
    if not found.own:
        each = [f"  {name}: {{port: {port}}}" for name, port in proposed.items()]
        return ["", "environments:", *each]
    ports = {**proposed, **found.ports()}
    more = [
        f"  {name}: {{port: {ports[name]}, env_files: [{flow(file.path)}]}}"
        for name, file in found.own.items()
        if name in ports
    ]
    common = [f"env_files: [{found.common.path}]"] if found.common else []
    heading = ["", "# variables: what all environments share, then each one's own; later files win"]
    return [*heading, *common, "environments:", *more]


def key_pairs(files: Files, told: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return (variable of the private key, of the public one, folder in the container).

    told: variables with an example value.  Both must name a file by its path.
    """
    found = layered(files)
    values = {item.key: item.value for item in found.common.variables} if found.common else {}
    pairs = []
    for key in told:
        match = re.fullmatch(r"(?P<stem>\w*?)PRIVATE_KEY_PATH", key)
        public = f"{match['stem']}PUBLIC_KEY_PATH" if match else ""
        place = values.get(public) or values.get(key) or told.get(public, "")
        if match and public in {**told, **values} and place.startswith("/"):
            pairs.append((key, public, posixpath.dirname(place)))
    return pairs
