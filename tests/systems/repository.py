"""An example as a git repository of the test's own, with ports and a name of its own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.systems.facts import System

NOT_COPIED = shutil.ignore_patterns("node_modules", "__pycache__", ".venv", ".next", "dist")
IDENTITY = ("-c", "user.name=team", "-c", "user.email=team@example.invalid")


class Repository:
    """The copy at `directory`."""

    def __init__(
        self, system: System, directory: Path, *, project: str, ports: Mapping[str, int]
    ) -> None:
        self.system = system
        self.directory = directory
        self.project = project
        shutil.copytree(system.directory, directory, ignore=NOT_COPIED)
        if system.laid_over is not None:
            shutil.copytree(system.laid_over, directory, dirs_exist_ok=True)
        self.replace("shipway.yaml", f"project: {system.name}\n", f"project: {project}\n")
        for environment, text in system.ports.items():
            number = text.rstrip().rpartition(" ")[2]
            new = text.replace(number, str(ports[environment]))
            self.replace("shipway.yaml", text, new)
        for path, old, new in system.replaced:
            self.replace(path, old, new)
        self._git("init", "--quiet", "--initial-branch=main", "--template=")
        self.commit("The first version")

    def replace(self, path: str, old: str, new: str) -> None:
        """Replace what stands exactly once in a file."""
        file = self.directory / path
        text = file.read_text(encoding="utf-8")
        count = text.count(old)
        assert count == 1, f"{self.system.name}/{path} holds {old!r} {count} times, not once"
        file.write_text(text.replace(old, new), encoding="utf-8")

    def change(self) -> None:
        """Commit the second version."""
        change = self.system.change
        self.replace(change.path, change.old, change.new)
        self.commit("The second version")

    def commit(self, subject: str) -> None:
        """Commit all that there is."""
        self._git("add", "--all")
        self._git(*IDENTITY, "commit", "--quiet", "--no-verify", "-m", subject)

    def _git(self, *words: str) -> None:
        argv = ["git", "-C", str(self.directory), *words]
        subprocess.run(argv, check=True, capture_output=True, timeout=60)
