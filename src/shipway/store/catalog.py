"""Projects, environments and releases."""

from __future__ import annotations

import json
from dataclasses import asdict

from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.model.records import Commit, Project, Release
from shipway.model.workload import Artifact
from shipway.ports import Clock
from shipway.store.database import Database


class Catalog:
    """What was deployed here, ever."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def register(self, project: Project) -> None:
        """Ensure that the project is known; Problem where its name belongs elsewhere."""
        known = self.project(project.name)
        if known is not None and known.directory != project.directory:
            raise Problem(
                "project-name-taken",
                f"the name {project.name} belongs to the project in {known.directory} "
                f"on this server, not to {project.directory}.",
                hints=[
                    "give this project another name: `project: …` in shipway.yaml",
                    f"or, if you moved it: shipway move {project.name} {project.directory}",
                ],
            )
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO project (name, directory, created_at) VALUES (?, ?, ?)"
                " ON CONFLICT (name) DO NOTHING",
                (project.name, project.directory, self._clock.now()),
            )

    def move(self, name: str, directory: str) -> None:
        """Record that the project's working directory is now elsewhere."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE project SET directory = ? WHERE name = ?", (directory, name))

    def project(self, name: str) -> Project | None:
        """Return the project, or None."""
        row = self._database.connection.execute(
            "SELECT name, directory FROM project WHERE name = ?", (name,)
        ).fetchone()
        return None if row is None else Project(name=row["name"], directory=row["directory"])

    def projects(self) -> tuple[Project, ...]:
        """Return all projects by name."""
        rows = self._database.connection.execute(
            "SELECT name, directory FROM project ORDER BY name"
        )
        return tuple(Project(name=row["name"], directory=row["directory"]) for row in rows)

    def add_environment(self, environment: EnvironmentId, engine: str) -> None:
        """Ensure that the environment is known; its engine is that of its first rollout."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO environment (project, name, engine, created_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (project, name) DO UPDATE SET gone = 0, engine ="
                " CASE WHEN gone = 1 THEN excluded.engine ELSE engine END",
                (environment.project, environment.name, engine, self._clock.now()),
            )

    def set_engine(self, environment: EnvironmentId, engine: str) -> None:
        """Record that the environment, which has no instance any more, is on another engine."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE environment SET engine = ? WHERE project = ? AND name = ?",
                (engine, environment.project, environment.name),
            )

    def environments(self, project: str | None = None) -> tuple[tuple[EnvironmentId, str], ...]:
        """Return (environment, engine) pairs, oldest first."""
        return self._database.remembered(
            ("environments", project), lambda: self._environments(project)
        )

    def _environments(self, project: str | None) -> tuple[tuple[EnvironmentId, str], ...]:
        rows = self._database.connection.execute(
            "SELECT project, name, engine FROM environment"
            " WHERE gone = 0 AND (? IS NULL OR project = ?) ORDER BY project, created_at, name",
            (project, project),
        )
        return tuple((EnvironmentId(row["project"], row["name"]), row["engine"]) for row in rows)

    def retire(self, environment: EnvironmentId) -> None:
        """Ensure that the environment is shown nowhere any more; its history stays."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE environment SET gone = 1 WHERE project = ? AND name = ?",
                (environment.project, environment.name),
            )

    def engine_of(self, environment: EnvironmentId) -> str | None:
        """Return the engine of an environment, None where nothing was ever rolled out."""
        return dict(self.environments(environment.project)).get(environment)

    def add_release(
        self,
        *,
        project: str,
        rollout: int,
        commit: Commit,
        artifacts: dict[str, Artifact],
        created_by: str,
    ) -> Release:
        """Ensure that the rollout's release exists, with the next number, and return it."""
        with self._database.transaction() as connection:
            row = connection.execute(
                "SELECT number FROM release WHERE rollout = ?", (rollout,)
            ).fetchone()
            if row is None:
                connection.execute(
                    "UPDATE project SET last_release = last_release + 1 WHERE name = ?", (project,)
                )
                connection.execute(
                    "INSERT INTO release SELECT name, last_release, ?, ?, ?, ?, ?"
                    " FROM project WHERE name = ?",
                    (
                        rollout,
                        json.dumps(asdict(commit)),
                        json.dumps({name: asdict(value) for name, value in artifacts.items()}),
                        self._clock.now(),
                        created_by,
                        project,
                    ),
                )
            found = connection.execute(
                "SELECT * FROM release WHERE rollout = ?", (rollout,)
            ).fetchone()
        return _release(found)

    def release(self, project: str, number: int) -> Release:
        """Return the release, or raise Problem `no-release`."""
        row = self._database.connection.execute(
            "SELECT * FROM release WHERE project = ? AND number = ?", (project, number)
        ).fetchone()
        if row is None:
            raise Problem(
                "no-release", f"{project} has no release r{number}.", hints=["shipway releases"]
            )
        return _release(row)

    def releases(self, project: str) -> tuple[Release, ...]:
        """Return the project's releases, newest first."""
        rows = self._database.connection.execute(
            "SELECT * FROM release WHERE project = ? ORDER BY number DESC", (project,)
        )
        return tuple(_release(row) for row in rows)


def _release(row: object) -> Release:
    values = dict(row)  # type: ignore[call-overload]
    artifacts = json.loads(values["artifacts_json"])
    return Release(
        project=values["project"],
        number=values["number"],
        commit=Commit(**json.loads(values["commit_json"])),
        artifacts={name: Artifact(**value) for name, value in artifacts.items()},
        created_at=values["created_at"],
        created_by=values["created_by"],
    )
