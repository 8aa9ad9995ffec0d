"""The port of databases: where they run, and what is done at them that no rollout does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from shipway.model.backup_settings import BackupSettings
from shipway.model.names import EnvironmentId
from shipway.model.workload import Priority, Workload
from shipway.ports import Console, Engine


class DataTools(Protocol):
    """What an engine does for databases; every engine implements it beside Engine.

    A tool is a program of the database's own image, so that its version fits and nothing is
    installed.  It runs as Shipway's own user, and what it writes belongs to that user.
    """

    def tool_argv(
        self,
        workload: Workload,
        argv: Sequence[str],
        *,
        folder: Path,
        name: str,
        connected: bool,
        priority: Priority = Priority.NORMAL,
    ) -> list[str]:
        """Return the command that runs a program of the workload's image, on this machine.

        folder: a directory of this machine that the program finds under the same path.
        connected: it reaches the workload's running instance by PGHOST and PGUSER, as one
        whom the database trusts; otherwise the instance need not run.
        name: one tool of a name runs at a time.  The command's end is the tool's, unless it
        is killed: then `end_tool`.
        priority: how far it goes behind what serves where processors are short.
        """
        ...

    def end_tool(self, workload: Workload, name: str) -> None:
        """Ensure that nothing of an earlier tool of this name runs."""
        ...

    def fill(self, workload: Workload, tree: Path) -> None:
        """Ensure that the workload's data directory holds what `tree` holds, and only that.

        With the owner and the mode that its server wants.  The workload must not run.  The
        tree may be used up.  Raises Problem `disk-full`, `fill-failed`.
        """
        ...

    def remove_volume(self, environment: EnvironmentId, name: str) -> None:
        """Ensure that one of the environment's own volumes is gone; nothing may mount it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One data service of an environment, as it runs now.

    workload: on the generation of the data that it mounts; base: on the first one.
    """

    environment: EnvironmentId
    workload: Workload
    base: Workload
    generation: int
    engine: Engine
    console: Console
    tools: DataTools

    @property
    def service(self) -> str:
        """Return the service's name."""
        return self.workload.service


class Databases(Protocol):
    """Finds the databases."""

    def environments(self) -> tuple[EnvironmentId, ...]:
        """Return the environments in which something is live."""
        ...

    def of(self, environment: EnvironmentId) -> tuple[Database, ...]:
        """Return the environment's PostgreSQL services; none where nothing is live."""
        ...

    def settings(self, environment: EnvironmentId) -> BackupSettings | None:
        """Return how the environment wants to be backed up; None where nothing is live."""
        ...

    def settled_for_s(self, environment: EnvironmentId) -> float:
        """Return for how long a release has been live and no rollout has run; 0 during one."""
        ...
