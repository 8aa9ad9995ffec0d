"""Where Shipway keeps things on this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from shipway.errors import Problem

SOCKET_PATH_MAX = 100


@dataclass(frozen=True, slots=True)
class Places:
    """The files of one Shipway: everything below `home`, and a socket."""

    home: Path

    @property
    def socket(self) -> Path:
        """Return the daemon's socket; elsewhere where the home's path is too long for one."""
        path = self.home / "daemon.sock"
        if len(str(path)) <= SOCKET_PATH_MAX:
            return path
        import hashlib
        import tempfile

        mark = hashlib.sha256(str(self.home).encode()).hexdigest()[:16]
        runtime = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
        return Path(runtime) / f"shipway-{os.getuid()}-{mark}" / "daemon.sock"

    @property
    def managed(self) -> bool:
        """Return whether systemd keeps the daemon (`shipway install`): nobody else starts it."""
        return (self.home / "managed-by-systemd").exists()

    @property
    def lock(self) -> Path:
        """Return the file that the daemon holds locked while it lives."""
        return self.home / "daemon.lock"

    @property
    def log(self) -> Path:
        """Return the daemon's log."""
        return self.home / "daemon.log"

    @property
    def database(self) -> Path:
        """Return the state."""
        return self.home / "state.sqlite"


def places() -> Places:
    """Return this user's places: SHIPWAY_HOME, else the system's for root, else XDG's."""
    given = os.environ.get("SHIPWAY_HOME")
    if given:
        return Places(Path(given).absolute())
    if os.getuid() == 0:
        return Places(Path("/var/lib/shipway"))
    state = os.environ.get("XDG_STATE_HOME") or _users_home() / ".local" / "state"
    return Places(Path(state) / "shipway")


def _users_home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # HOME is not set, and the user has no entry (a container's)
        raise Problem(
            "no-home",
            "nothing says where Shipway is to keep its state: HOME is not set, and this user has "
            "no home directory.",
            hints=["SHIPWAY_HOME=DIR shipway …, for a directory of your own"],
        ) from None
