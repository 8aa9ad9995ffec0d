"""The demo's application as a repository of the benchmark's own, one commit per deploy."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bench.harness.ports import free_ports
from shipway.demo.versions import Version, commit_version, prepare_repository

PROJECT = "shipway-bench"
VERSIONS: tuple[Version, ...] = ("v1", "v2")
STAMPED = ("api", "web")
"""The services' folders: each deploy changes a line in both, so that both are built anew."""

PATHS = ("/api/slow?seconds=0",) * 7 + ("/api/cards?limit=2",)
"""What is read: most of it costs the application little, for the load is to test the rollout
and shares the machine with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The repository; `ports` of its environments replace those of the example."""

    directory: Path
    ports: Mapping[str, int]

    @classmethod
    def on_free_ports(cls, directory: Path) -> Self:
        """Return a board whose staging and production have ports that nobody listens on."""
        staging, production = free_ports(2)
        return cls(directory=directory, ports={"staging": staging, "production": production})

    def prepare(self) -> None:
        """Make the repository; its first commit is the example's v1."""
        prepare_repository(self.directory)

    def commit(self, number: int) -> str:
        """Commit the version of the `number`th deploy; return its name."""
        version = VERSIONS[number % len(VERSIONS)]
        commit_version(self.directory, version)
        for folder in STAMPED:
            (self.directory / folder / "DEPLOY").write_text(f"{number}\n", encoding="utf-8")
        self._write_spec()
        self._git("add", "--all")
        identity = ("-c", "user.name=bench", "-c", "user.email=bench@example.invalid")
        self._git(*identity, "commit", "--quiet", "--no-verify", "-m", f"Deploy {number}")
        return version

    def _write_spec(self) -> None:
        path = self.directory / "shipway.yaml"
        text = path.read_text(encoding="utf-8")
        for environment, port in self.ports.items():
            was = {"staging": 4400, "production": 4500}[environment]
            text = _replaced(
                text, f"{environment}: {{port: {was}}}", f"{environment}: {{port: {port}}}"
            )
        path.write_text(_replaced(text, "project: board", f"project: {PROJECT}"), encoding="utf-8")

    def _git(self, *words: str) -> None:
        argv = ["git", "-C", str(self.directory), *words]
        subprocess.run(argv, check=True, capture_output=True, timeout=60)


def _replaced(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise RuntimeError(f"the board's file does not hold {old!r} once")
    return text.replace(old, new)
