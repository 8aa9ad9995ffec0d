"""Debian packages for a user who may not install them: downloaded and unpacked.

`apt-get download` and `dpkg -x` need no root.  A package and those that it needs
and the machine lacks go into one folder; small scripts in its `bin/` set the
library path and start the real programs.  apt's lists are kept privately, so
that neither their age nor their absence on the machine matters.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from shipway.errors import Problem
from shipway.tools import PACKAGES, missing, unpacked_folder

DOWNLOAD_TIMEOUT_S = 600
OUTPUT_LINES_SHOWN = 15
PROGRAM_FOLDERS = ("usr/sbin", "usr/bin", "usr/lib/postgresql/*/bin")
LAUNCHER = """#!/bin/sh
LD_LIBRARY_PATH='{libraries}'${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}
export LD_LIBRARY_PATH
exec '{program}' "$@"
"""


def unpack(name: str) -> Path:
    """Unpack the packages of the group `name`; return its folder.

    Safe to repeat: the folder appears under its name only when it is whole.
    Raises the Problem "tools-missing".
    """
    target = unpacked_folder() / name
    if target.exists():
        return target
    partial = target.with_name(f".{name}-{os.getpid()}")
    try:
        archives = partial / "archives"
        archives.mkdir(parents=True)
        apt = _private_apt(partial / "apt")
        _run([*apt, "update"], archives, name)
        plan = _run([*apt, "install", "--print-uris", "-y", PACKAGES[name]], archives, name)
        packages = packages_of_plan(plan) or [PACKAGES[name]]
        _run([*apt, "download", *packages], archives, name)
        for archive in sorted(archives.glob("*.deb")):
            _run(["dpkg", "-x", str(archive), str(partial)], archives, name)
        shutil.rmtree(archives)
        shutil.rmtree(partial / "apt")
        _write_launchers(partial, target)
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return target


def packages_of_plan(plan: str) -> list[str]:
    """Return the packages, dependencies included, that `apt-get --print-uris` names."""
    return re.findall(r"^'[^']+' ([a-z0-9][a-z0-9.+-]*)_", plan, re.MULTILINE)


def _private_apt(folder: Path) -> list[str]:
    for part in ("lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True)
    return [
        "apt-get", "-q",
        "-o", f"Dir::State::Lists={folder / 'lists'}",
        "-o", f"Dir::Cache={folder / 'cache'}",
        "-o", "APT::Install-Recommends=false",
        "-o", "Debug::NoLocking=true",
        "-o", "APT::Sandbox::User=",
    ]  # fmt: skip


def _write_launchers(partial: Path, target: Path) -> None:
    libraries = {
        str(target / library.parent.relative_to(partial))
        for library in partial.glob("usr/lib/*/*.so*")
        if "postgresql" not in library.parts
    }
    (partial / "bin").mkdir()
    for pattern in PROGRAM_FOLDERS:
        for program in partial.glob(f"{pattern}/*"):
            launcher = partial / "bin" / program.name
            real = target / program.relative_to(partial)
            text = LAUNCHER.format(libraries=":".join(sorted(libraries)), program=real)
            launcher.write_text(text)
            launcher.chmod(0o755)


def _run(command: Sequence[str], folder: Path, name: str) -> str:
    try:
        done = subprocess.run(
            command, check=False, text=True, timeout=DOWNLOAD_TIMEOUT_S, cwd=folder,
            stdin=subprocess.DEVNULL, capture_output=True,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise missing(name).with_context(details=[str(error)]) from error
    if done.returncode != 0:
        problem = missing(name)
        raise Problem(
            problem.kind,
            f"{problem.message}, and its packages could not be downloaded",
            hints=problem.hints,
            details=done.stderr.strip().splitlines()[-OUTPUT_LINES_SHOWN:],
        )
    return done.stdout
