"""Reading the machine: programs and their versions, /proc, the disk, ports, Docker.

Everything has a deadline, and what cannot be read is said, never guessed.
"""

from __future__ import annotations

import grp
import os
import platform
import pwd
import re
import shutil
import socket
import stat
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from shipway.doctor.machine import Clock, Docker, Home, Port
from shipway.doctor.project import EnvFile
from shipway.doctor.tools import Found
from shipway.tools import find_tool

ASK_S = 10.0
CONNECT_S = 1.0
SAID_MAX = 400
SECRETS_SHOWN = 5

_VERSION = {
    "haproxy": ("haproxy", "-v"),
    "restic": ("restic", "version"),
    "postgres": ("postgres", "--version"),
    "redis": ("redis-server", "--version"),
}
PYTHONS = tuple(f"python3.{minor}" for minor in range(8, 20))


def find_all(tools: Iterable[str]) -> dict[str, tuple[Found, ...]]:
    """Return the programs of these names with their versions, asked side by side."""
    names = sorted(set(tools))
    with ThreadPoolExecutor(max_workers=4, thread_name_prefix="doctor") as pool:
        return dict(zip(names, pool.map(_find, names), strict=True))


def _find(tool: str) -> tuple[Found, ...]:
    if tool == "python":
        paths = [path for name in ("python3", *reversed(PYTHONS)) if (path := shutil.which(name))]
        return tuple(
            Found(path=path, text=said(path, "--version")) for path in dict.fromkeys(paths)
        )
    words = _VERSION.get(tool, (tool, "--version"))
    program = find_tool(words[0])
    return (
        () if program is None else (Found(path=str(program), text=said(str(program), *words[1:])),)
    )


def said(*argv: str) -> str:
    """Return the first words of what a program prints; empty where it fails or takes long."""
    try:
        done = subprocess.run(
            argv,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=ASK_S,
            text=True,
            errors="replace",
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout[:SAID_MAX] if done.returncode == 0 else ""


def system() -> str:
    """Return the operating system's name and the processor's architecture."""
    try:
        name = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        name = platform.system()
    return f"{name or platform.system()}, {platform.machine()}"


def memory() -> tuple[int, int, int]:
    """Return (bytes of memory, bytes available, bytes of swap); zeros where nobody says."""
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0, 0, 0
    lines = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)

    def size(key: str) -> int:
        return int(lines.get(key, "0").split()[0]) * 1024

    return size("MemTotal"), size("MemAvailable"), size("SwapTotal")


def disk(path: Path) -> tuple[int, int, float]:
    """Return (bytes, bytes free, share of inodes free) of the disk that `path` will lie on."""
    while not path.exists():
        path = path.parent
    found = os.statvfs(path)
    inodes = found.f_favail / found.f_files if found.f_files else 1.0
    return found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize, inodes


def clock() -> Clock:
    """Return what chrony, else systemd, says of the clock."""
    for line in said("chronyc", "-n", "tracking").splitlines():
        if line.startswith("System time"):
            return Clock(
                synchronised=True, off_s=abs(float(line.split(":")[1].split()[0])), by="chrony"
            )
    answer = said("timedatectl", "show", "-p", "NTPSynchronized", "--value").strip()
    if answer not in {"yes", "no"}:
        return Clock()
    return Clock(synchronised=answer == "yes", by="systemd-timesyncd")


def docker(keeper: str = "") -> Docker:
    """Return what answers at DOCKER_HOST, else at the usual socket.

    keeper: the user that the daemon runs as, where that is another one: it is the one who asks.
    """
    address = os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    path = Path(address.removeprefix("unix://"))
    if keeper and path.exists():
        if not _in_group(keeper, "docker"):
            return Docker(address=address, keeper=keeper, error=f"closed to {keeper}, the daemon")
        if not os.access(path, os.W_OK):
            return Docker(address=address, keeper=keeper)
    if shutil.which("docker") is None:
        return Docker(address=address, error="there is no docker command")
    told = said("docker", "version", "--format", "{{.Server.Version}} {{.Server.APIVersion}}")
    version, _, api = told.strip().rpartition("\n")[2].partition(" ")  # warnings stand above
    if not api:
        return Docker(address=address, error="no engine answers")
    return Docker(address=address, version=version, api=api)


def _in_group(user: str, group: str) -> bool:
    try:
        return user in grp.getgrnam(group).gr_mem
    except KeyError:
        return False


def ports(
    wanted: Mapping[int, Sequence[str]], ours: Iterable[int], *, keeper: str = ""
) -> tuple[Port, ...]:
    """Return how each port stands.

    wanted: the environments that want it; ours: served now.  keeper: see `docker`; it may open
    every port.
    """
    served = set(ours)
    found = []
    for number, names in sorted(wanted.items()):
        state, detail = ("ours", "") if number in served else _port_state(number)
        if state == "forbidden" and keeper:
            state = "taken" if _answers(number) else "free"
        found.append(Port(number=number, state=state, who=", ".join(names), detail=detail))
    return tuple(found)


def _port_state(number: int) -> tuple[str, str]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("0.0.0.0", number))  # noqa: S104 - looked at, never listened on
        except PermissionError:
            return "forbidden", ""
        except OSError:
            return "taken", ""
    return "free", ""


def _answers(number: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", number), timeout=CONNECT_S):
            return True
    except OSError:
        return False


def keeper_of(path: Path) -> str:
    """Return who runs the daemon of this home, where that is not whoever asks."""
    try:
        owner = path.stat().st_uid
    except OSError:
        return ""
    return _user(owner) if owner != os.geteuid() else ""


def home(path: Path, *, keeper: str = "") -> Home:
    """Return how SHIPWAY_HOME is: whether it can be used, and whether secrets lie open in it.

    keeper: see `docker`; nobody else writes there.
    """
    if not path.exists():
        nearest = next(parent for parent in path.parents if parent.exists())
        problem = "" if os.access(nearest, os.W_OK) else f"{nearest} may not be written to"
        return Home(path=str(path), exists=False, problem=problem)
    if not path.is_dir():
        return Home(path=str(path), exists=True, problem="it is no directory")
    try:
        found = path.stat()
        usable = keeper or os.access(path, os.W_OK | os.X_OK)
        problem = "" if usable else "this user may not write to it"
        return Home(
            path=str(path),
            exists=True,
            mode=stat.S_IMODE(found.st_mode),
            owner=_user(found.st_uid),
            problem=problem,
            open_files=() if problem else open_secrets(path),
            closed_parent=_closed_parent(path),
        )
    except OSError as error:
        return Home(path=str(path), exists=True, problem=str(error.strerror))


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid {number}"


def open_secrets(home: Path) -> tuple[str, ...]:
    """Return files of values that somebody else can read: no directory on their way is closed."""
    found: list[str] = []
    if not home.stat().st_mode & stat.S_IXOTH:
        return ()
    for name in ("vault", "applications", "backup"):
        for folder, folders, files in os.walk(home / name):
            if not Path(folder).stat().st_mode & stat.S_IXOTH:
                folders.clear()
                continue
            for path in (Path(folder, file) for file in sorted(files)):
                mode = path.lstat().st_mode
                if stat.S_ISREG(mode) and mode & stat.S_IROTH:
                    found.append(str(path))
            if len(found) >= SECRETS_SHOWN:
                return tuple(found[:SECRETS_SHOWN])
    return tuple(found)


def env_files(directory: Path, paths: Iterable[str], tracked: Iterable[str]) -> tuple[EnvFile, ...]:
    """Return the project's files of variables: those in git, and those that lie beside.

    paths: all that git knows or would take; a file that it ignores lies in the directory itself.
    """
    in_git = set(tracked)
    names = {path for path in paths if _is_env(path)}
    names |= {
        item.name for item in directory.glob(".env*") if item.is_file() and _is_env(item.name)
    }
    return tuple(
        EnvFile(
            path=name,
            tracked=name in in_git,
            mode=stat.S_IMODE((directory / name).stat().st_mode),
        )
        for name in sorted(names)
        if (directory / name).is_file()
    )


def _is_env(path: str) -> bool:
    name = path.rpartition("/")[2]
    example = re.search(r"example|sample|template|dist", name)
    return bool(re.fullmatch(r"\.env(\..+)?", name)) and not example


def _closed_parent(path: Path) -> str:
    """Return the nearest directory on the way that other users may not pass; empty for none."""
    for place in (path, *path.parents):
        if not place.stat().st_mode & 0o001:
            return str(place)
    return ""
