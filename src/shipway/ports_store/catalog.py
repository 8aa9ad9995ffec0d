"""What was deployed here, ever: projects, their environments, their releases."""

from __future__ import annotations

from typing import Protocol

from shipway.model.names import EnvironmentId
from shipway.model.records import Commit, Project, Release
from shipway.model.workload import Artifact


class CatalogPort(Protocol):
    """Projects, environments and releases."""

    def register(self, project: Project) -> None:
        """Ensure that the project is known.  Raises Problem `project-name-taken`."""
        ...

    def move(self, name: str, directory: str) -> None:
        """Record that the project's working directory is now elsewhere."""
        ...

    def project(self, name: str) -> Project | None:
        """Return the project, or None."""
        ...

    def projects(self) -> tuple[Project, ...]:
        """Return all projects by name."""
        ...

    def add_environment(self, environment: EnvironmentId, engine: str) -> None:
        """Ensure that the environment is known."""
        ...

    def set_engine(self, environment: EnvironmentId, engine: str) -> None:
        """Record that the environment is on another engine."""
        ...

    def environments(self, project: str | None = None) -> tuple[tuple[EnvironmentId, str], ...]:
        """Return (environment, engine) pairs."""
        ...

    def retire(self, environment: EnvironmentId) -> None:
        """Ensure that the environment is shown nowhere any more; its history stays."""
        ...

    def engine_of(self, environment: EnvironmentId) -> str | None:
        """Return an environment's engine, or None."""
        ...

    def add_release(
        self,
        *,
        project: str,
        rollout: int,
        commit: Commit,
        artifacts: dict[str, Artifact],
        created_by: str,
    ) -> Release:
        """Ensure that the rollout's release exists, and return it."""
        ...

    def release(self, project: str, number: int) -> Release:
        """Return the release.  Raises Problem `no-release`."""
        ...

    def releases(self, project: str) -> tuple[Release, ...]:
        """Return the releases, newest first."""
        ...
