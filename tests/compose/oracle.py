"""Docker's own loader, where its Compose plugin is on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

VERSION = "2.26.1"
_FOLDERS = (
    "~/.docker/cli-plugins",
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Docker printed, or why it refused."""

    text: str | None
    complaint: str


@cache
def binary() -> str | None:
    """Return the plugin of the version that we agree with, or None."""
    named = os.environ.get("DOCKER_COMPOSE_BIN")
    places = [named] if named else [f"{folder}/docker-compose" for folder in _FOLDERS]
    for place in places:
        found = shutil.which(Path(place).expanduser())
        if found is None:
            continue
        shown = subprocess.run(
            [found, "version", "--short"], capture_output=True, text=True, check=False
        )
        if shown.stdout.strip().startswith(VERSION):
            return found
    return None


def ask(
    directory: Path,
    files: Sequence[str],
    *,
    environment: Mapping[str, str],
    arguments: Sequence[str] = ("--format", "json"),
    profiles: Sequence[str] = (),
) -> Answer:
    """Return Docker's answer for a project."""
    program = binary()
    assert program is not None
    argv = [program]
    for file in files:
        argv += ["-f", file]
    for profile in profiles:
        argv += ["--profile", profile]
    done = subprocess.run(
        [*argv, "config", *arguments],
        cwd=directory,
        env={**environment, "PWD": str(directory)},
        capture_output=True,
        timeout=60,
        check=False,
    )
    text = done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
    return Answer(text=text, complaint=done.stderr.decode("utf-8", "replace"))
