"""Names and places of an installed Shipway."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

USER = "shipway"
"""The system user; members of its group may speak with the daemon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What an installation is made of.

    python: the interpreter that runs Shipway; haproxy: the program.
    docker: whether there is a group `docker`, whose members reach the engine; engine: where
    the engine keeps images and volumes.
    """

    python: Path
    haproxy: Path
    home: Path = Path("/var/lib/shipway")
    user: str = USER
    docker: bool = False
    engine: Path = Path("/var/lib/docker")

    @property
    def ingress(self) -> Path:
        """Return the proxy's directory."""
        return self.home / "ingress"

    @property
    def scratch(self) -> Path:
        """Return the directory of temporary files."""
        return self.home / "tmp"

    @property
    def directories(self) -> tuple[tuple[Path, int], ...]:
        """Return (directory, mode): traversable at the top, private where values lie."""
        return (
            (self.home, 0o711),
            (self.ingress, 0o700),
            (self.scratch, 0o700),
        )
