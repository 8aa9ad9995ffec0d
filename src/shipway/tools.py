"""Where this machine's programs are: HAProxy, PostgreSQL, Redis, restic.

Looks, never installs (`cli.machine` does).  Beside PATH it knows the folder of the Python
that runs Shipway (programs that came as packages of it), the folders in which Debian keeps
servers, and the folder of the user's own into which Shipway
unpacks packages where it may not install them.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from shipway.errors import Problem

BEHIND = ("nice", "-n", "10")
"""Before a command: what serves goes before it nine times of ten.

Not the last place (19): where the processors are never idle that is a seventieth of one, and a
backup of seconds takes minutes, holds its lock as long, and is ended by its deadline.
"""

SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
POSTGRES_VERSIONS = Path("/usr/lib/postgresql")
POSTGRES_PROGRAMS = frozenset({
    "initdb", "pg_amcheck", "pg_basebackup", "pg_checksums", "pg_controldata", "pg_ctl", "pg_dump",
    "pg_dumpall", "pg_isready", "pg_receivewal", "pg_restore", "pg_verifybackup", "postgres", "psql",
})  # fmt: skip

# What a group of programs needs at least, and the Debian packages that bring it.
PROGRAMS = {
    "haproxy": "haproxy",
    "postgres": "postgres",
    "redis": "redis-server",
    "restic": "restic",
}
PACKAGES = {
    "haproxy": "haproxy",
    "postgres": "postgresql",
    "redis": "redis-server",
    "restic": "restic",
}


def find_tool(name: str) -> Path | None:
    """Return the program called `name`, or None where this machine has none.

    A group's name ("redis") means its server.  All of PostgreSQL's programs come
    from one folder: servers and tools of two versions do not mix.
    """
    program = PROGRAMS.get(name, name)
    if program in POSTGRES_PROGRAMS:
        folder = _postgres_folder()
        return None if folder is None else _executable(folder / program)
    folders = (*_path(), str(Path(sys.executable).parent), *SYSTEM_FOLDERS, *_unpacked())
    found = shutil.which(program, path=os.pathsep.join(folders))
    return Path(found) if found else None


def require_tool(name: str) -> Path:
    """Return the program called `name`; raise the Problem "tools-missing" without it."""
    found = find_tool(name)
    if found is None:
        raise missing(name)
    return found


def missing(*names: str) -> Problem:
    """Return the Problem that says which programs are missing and how to get them."""
    packages = [PACKAGES.get(_group(name), name) for name in names]
    return Problem(
        "tools-missing",
        f"this machine has no {' and no '.join(names)}",
        hints=[f"sudo apt-get install {' '.join(dict.fromkeys(packages))}"],
    )


def unpacked_folder() -> Path:
    """Return the user's own folder of unpacked packages, which may not exist yet."""
    data_home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data_home) / "shipway" / "tools"


def _group(name: str) -> str:
    if name in POSTGRES_PROGRAMS:
        return "postgres"
    return "redis" if name.startswith("redis-") else name


def _path() -> list[str]:
    return os.environ.get("PATH", "").split(os.pathsep)


def _unpacked() -> list[str]:
    return [str(folder) for folder in sorted(unpacked_folder().glob("*/bin"))]


def _postgres_folder() -> Path | None:
    on_path = shutil.which("postgres", path=os.pathsep.join(_path()))
    if on_path:
        return Path(on_path).resolve().parent
    versions = [f for f in POSTGRES_VERSIONS.glob("*/bin") if _executable(f / "postgres")]
    if versions:
        return max(versions, key=lambda folder: _number(folder.parent.name))
    folder = unpacked_folder() / "postgres" / "bin"
    return folder if _executable(folder / "postgres") else None


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _executable(path: Path) -> Path | None:
    return path if os.access(path, os.X_OK) else None
