"""A registry of images: where an application's own are pushed, and who pushes.  Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

PUSHED = "pushed"
"""The fact of an artifact that holds its name in the registry, by digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrySettings:
    """As shipway.yaml says.  user empty: nobody logs in; password: the name of a secret."""

    address: str
    user: str = ""
    password: str = "SHIPWAY_REGISTRY_PASSWORD"  # noqa: S105 - the name of a secret

    @property
    def host(self) -> str:
        """Return the registry's host, which alone gets the password."""
        return self.address.partition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryLogin:
    """Who comes in at a registry."""

    host: str
    user: str
    password: str = field(repr=False)


def registry_to_json(settings: RegistrySettings | None) -> dict[str, Any] | None:
    """Return the settings as JSON."""
    return asdict(settings) if settings else None


def registry_from_json(value: Mapping[str, Any] | None) -> RegistrySettings | None:
    """Rebuild the settings."""
    return RegistrySettings(**value) if value else None
