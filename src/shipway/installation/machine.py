"""Looks at this machine, and carries changes out: everything here is root's."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from shipway.errors import Problem
from shipway.files import replace_file
from shipway.installation.files import files
from shipway.installation.layout import Layout
from shipway.installation.plan import UNITS, Change, Facts, Found
from shipway.tools import find_tool

COMMAND_TIMEOUT_S = 90
READ_BYTES_MAX = 100_000
TOOLS = ("haproxy", "restic")
"""What every server needs, whatever its projects are."""
SYSTEMD_RUNS = Path("/run/systemd/system")


def look(layout: Layout, *, root: Path = Path("/")) -> Facts:
    """Return what the machine is; `root`: files below another directory, no unit is asked."""
    paths = [*(path for path, _mode in layout.directories), *(file.path for file in files(layout))]
    here = root == Path("/")
    booted = here and SYSTEMD_RUNS.is_dir()
    return Facts(
        user=_user_exists(layout.user) if here else True,
        groups=_groups_of(layout.user) if here else frozenset({"docker"}),
        found={
            path: found if here else replace(found, owner=layout.user)
            for path in paths
            if (found := _found(_below(root, path))) is not None
        },
        enabled=_units("is-enabled", "enabled") if booted else frozenset(),
        active=_units("is-active", "active") if booted else frozenset(),
        booted=booted,
        foreign=here and _has_foreign(layout.home, layout.user),
        docker_group=group_exists("docker"),
        lacks=tuple(name for name in TOOLS if find_tool(name) is None) if here else (),
    )


def carry_out(change: Change, layout: Layout, *, root: Path = Path("/")) -> None:
    """Do one change.  Raises Problem `install-failed`, with what the command said."""
    try:
        if change.argv is not None:
            _run(change.argv)
        elif change.directory is not None:
            path, mode = change.directory
            _make_directory(_below(root, path), mode, layout.user)
        elif change.file is not None:
            path = _below(root, change.file.path)
            replace_file(path, change.file.content, mode=change.file.mode)
            if change.file.own:
                _own(path, layout.user)
        elif change.remove is not None:
            _remove(_below(root, change.remove))
    except OSError as error:
        raise Problem("install-failed", f"could not {change.says}: {error}.") from error


def group_exists(name: str) -> bool:
    """Return whether this machine has the group."""
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True


def docker_root() -> Path | None:
    """Return where this machine's Docker Engine keeps its volumes; None where none answers."""
    try:
        done = subprocess.run(
            ["docker", "info", "--format", "{{.DockerRootDir}}"],
            check=False,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    told = done.stdout.strip()
    return Path(told) if done.returncode == 0 and told.startswith("/") else None


def members(group: str) -> frozenset[str]:
    """Return the users that are named in the group; empty where there is none."""
    try:
        return frozenset(grp.getgrnam(group).gr_mem)
    except KeyError:
        return frozenset()


def unreachable_part(program: Path) -> Path | None:
    """Return the first directory above `program` that other users may not pass, or None.

    The program may be a link, as a virtual environment's is: what it means must be open too.
    """
    real = Path(os.path.realpath(program))
    for part in (*reversed(program.parents), program, *reversed(real.parents), real):
        try:
            mode = part.stat().st_mode
        except OSError:
            return part
        if not mode & stat.S_IXOTH:
            return part
    return None


def is_debian() -> bool:
    """Return whether this is Debian, Ubuntu, or made of them."""
    try:
        text = Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        return False
    values = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    words = f"{values.get('ID', '')} {values.get('ID_LIKE', '')}".replace('"', "").split()
    return bool({"debian", "ubuntu"} & set(words))


def processes_of(user: str) -> int:
    """Return how many processes run as the user; those in containers are not its own."""
    try:
        uid = pwd.getpwnam(user).pw_uid
    except KeyError:
        return 0
    here = Path("/proc/self/ns/pid").readlink()
    count = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                count += entry.stat().st_uid == uid and (entry / "ns/pid").readlink() == here
            except PermissionError:
                count += 1  # it cannot be told: nothing is deleted under what may run
            except OSError:
                continue
    return count


def _below(root: Path, path: Path) -> Path:
    return root / path.relative_to("/")


def _found(path: Path) -> Found | None:
    try:
        state = path.lstat()
    except OSError:
        return None
    content = None
    if stat.S_ISREG(state.st_mode) and state.st_size < READ_BYTES_MAX:
        content = path.read_text(encoding="utf-8", errors="replace")
    return Found(mode=stat.S_IMODE(state.st_mode), owner=_name(state.st_uid), content=content)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _user_exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _groups_of(user: str) -> frozenset[str]:
    return frozenset(group.gr_name for group in grp.getgrall() if user in group.gr_mem)


def _has_foreign(home: Path, user: str) -> bool:
    """Return whether the state belongs to somebody else: an earlier Shipway of root's."""
    state = home / "state.sqlite"
    return state.exists() and _name(state.stat().st_uid) != user


def _units(verb: str, wanted: str) -> frozenset[str]:
    found = set()
    for unit in UNITS:
        done = subprocess.run(
            ["systemctl", verb, unit],
            check=False,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
        )
        if done.stdout.strip() == wanted:
            found.add(unit)
    return frozenset(found)


def _run(argv: Sequence[str]) -> None:
    try:
        done = subprocess.run(
            argv,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        raise Problem(
            "install-failed", f"`{' '.join(argv)}` did not end within {COMMAND_TIMEOUT_S} s."
        ) from None
    if done.returncode != 0:
        raise Problem(
            "install-failed",
            f"`{' '.join(argv)}` ended with exit code {done.returncode}. "
            "What was done before it stays; a second run goes on from there.",
            details=done.stdout.strip().splitlines()[-10:],
            hints=["shipway install, again, when that is mended"],
        )


def _make_directory(path: Path, mode: int, user: str) -> None:
    """Ensure a directory of the user's, never by a link: what that user owns it may replace."""
    path.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        os.fchmod(handle, mode)
        if (ids := _ids(user)) is not None:
            os.fchown(handle, *ids)
    finally:
        os.close(handle)


def _own(path: Path, user: str) -> None:
    if (ids := _ids(user)) is not None:
        os.chown(path, *ids, follow_symlinks=False)


def _ids(user: str) -> tuple[int, int] | None:
    """Return the numbers of the user and its group, where this process may give things away."""
    if os.geteuid() != 0 or not _user_exists(user):
        return None
    return pwd.getpwnam(user).pw_uid, grp.getgrnam(user).gr_gid


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
