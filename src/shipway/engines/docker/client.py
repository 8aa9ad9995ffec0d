"""Docker's own command line: which of those installed can build with BuildKit.

Clients before 23 have BuildKit inside; later ones need the buildx plugin, which
distributions package apart.  A machine may have both, so each on the PATH is tried.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shipway.errors import Problem

_FIRST_WITHOUT_BUILDKIT = 23
_ASK_LIMIT_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One `docker` program; api: the newest version that it speaks."""

    path: str
    version: str
    api: tuple[int, int]
    buildx: bool


class Clients:
    """Finds the client to build with; asked once."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = dict(os.environ if environ is None else environ)
        self._lock = threading.Lock()
        self._builder: Client | None = None

    def any(self) -> str:
        """Return a `docker` program that can run `exec`; the first on the PATH."""
        return next(self._paths(), "docker")

    def builder(self) -> Client:
        """Return a client that can build with BuildKit.  Raises Problem `build-unavailable`."""
        with self._lock:
            if self._builder is None:
                self._builder = self._find()
            return self._builder

    def _paths(self) -> Iterator[str]:
        for folder in self._environ.get("PATH", os.defpath).split(os.pathsep):
            path = Path(folder) / "docker"
            if path.is_file() and os.access(path, os.X_OK):
                yield str(path)

    def _find(self) -> Client:
        seen = []
        for path in dict.fromkeys(self._paths()):
            told = self._ask([path, "version", "--format", "{{json .Client}}"])
            try:
                facts = json.loads(told)
                version = str(facts["Version"])
                dotted = str(facts.get("ApiVersion") or facts["DefaultAPIVersion"])
            except (ValueError, KeyError, TypeError):
                continue
            seen.append(f"{path} {version}")
            major, _, minor = dotted.partition(".")
            old = int(version.partition(".")[0]) < _FIRST_WITHOUT_BUILDKIT
            buildx = bool(self._ask([path, "buildx", "version"]).startswith("github.com"))
            if old or buildx:
                return Client(
                    path=path, version=version, api=(int(major), int(minor)), buildx=buildx
                )
        found = f" Found without it: {', '.join(seen)}." if seen else ""
        raise Problem(
            "build-unavailable",
            f"No docker client that can build with BuildKit is installed.{found}",
            hints=[
                "sudo apt-get install docker-buildx-plugin   # Docker's own packages",
                "sudo apt-get install docker-buildx   # Debian's, from 13 on",
            ],
        )

    def _ask(self, argv: list[str]) -> str:
        try:
            told = subprocess.run(
                argv,
                capture_output=True,
                text=True,
                timeout=_ASK_LIMIT_S,
                check=False,
                env={**self._environ, "DOCKER_HOST": "unix:///nonexistent"},
            )
        except (OSError, subprocess.SubprocessError):
            return ""
        return told.stdout
