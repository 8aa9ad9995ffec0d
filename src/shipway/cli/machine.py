"""Gets this machine the programs that Shipway runs: HAProxy, PostgreSQL, Redis.

Three ways, the first that may be gone: they are there; Debian's packages are
installed by root (or by sudo that asks for no password); the packages are
unpacked into a folder of the user's own.  Their services are never started.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from shipway.cli.unpacking import unpack
from shipway.errors import Problem
from shipway.tools import PACKAGES, find_tool, missing

Say = Callable[[str], None]

INSTALL_SCRIPT = Path(__file__).with_name("debian_install.sh")
INSTALL_TIMEOUT_S = 900
SUDO_TIMEOUT_S = 10
OUTPUT_LINES_SHOWN = 15


def ensure_tools(names: Sequence[str], *, assume_yes: bool, say: Say) -> None:
    """Make sure that the programs of the groups "haproxy", "postgres", "redis" are there.

    Asks before it installs, unless `assume_yes`.  Safe to repeat.  Raises the
    Problem "tools-missing", with the one command to type, where it may not
    install or cannot.
    """
    absent = [name for name in names if find_tool(name) is None]
    if not absent:
        return
    if shutil.which("apt-get") is None:
        raise missing(*absent)
    packages = [PACKAGES[name] for name in absent]
    prefix = _root_prefix()
    how = "installed" if prefix is not None else "unpacked into a folder of your own"
    if not assume_yes:
        _ask(absent, f"This machine has no {', no '.join(absent)}; Debian's packages can be {how}.")
    if prefix is not None:
        say(f"installing {', '.join(packages)} from Debian's packages; no service is started")
        _install([*prefix, "sh", str(INSTALL_SCRIPT), *packages], absent)
    else:
        for name in absent:
            say(
                f"unpacking {PACKAGES[name]} from Debian's packages (not root: nothing is installed)"
            )
            unpack(name)
    still = [name for name in absent if find_tool(name) is None]
    if still:
        raise missing(*still)


def _ask(absent: Sequence[str], question: str) -> None:
    if not sys.stdin.isatty():
        raise missing(*absent).with_context(hints=["or let Shipway do it: repeat with --yes"])
    import click

    from shipway.cli.asking import stoppable

    with stoppable("Nothing was installed."):
        agreed = click.confirm(f"{question} Do it?", default=True, err=True)
    if not agreed:
        raise missing(*absent)


def _root_prefix() -> list[str] | None:
    """Return what goes before a command so that root runs it, None where that cannot be."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    command = ["sudo", "-n", "true"]
    try:
        done = subprocess.run(command, check=False, capture_output=True, timeout=SUDO_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ["sudo", "-n"] if done.returncode == 0 else None


def _install(command: Sequence[str], absent: Sequence[str]) -> None:
    try:
        done = subprocess.run(
            command, check=False, text=True, timeout=INSTALL_TIMEOUT_S,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise missing(*absent).with_context(details=[str(error)]) from error
    if done.returncode != 0:
        last = done.stdout.strip().splitlines()[-OUTPUT_LINES_SHOWN:]
        problem = missing(*absent)
        raise Problem(
            problem.kind,
            f"{problem.message}, and installing the packages failed",
            hints=problem.hints,
            details=last,
        )
