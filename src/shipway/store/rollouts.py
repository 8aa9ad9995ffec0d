"""Rollouts: the lock of an environment, the state, and what a rollout tells while it runs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from shipway.errors import Problem
from shipway.model.lifecycle import ROLLOUT_TRANSITIONS, RolloutEvent, RolloutState, advance
from shipway.model.names import EnvironmentId
from shipway.model.records import ProgressLine, Rollout, RolloutKind
from shipway.model.said import korean_of
from shipway.ports import Clock
from shipway.store.database import Database

PROGRESS_LINES_MAX = 5_000
PROGRESS_TEXT_MAX = 2_000


class Rollouts:
    """All rollouts, and the one that each environment may have unfinished."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def begin(
        self,
        *,
        environment: EnvironmentId,
        kind: RolloutKind,
        engine: str,
        requested_by: str,
        request: Mapping[str, Any],
        release: int | None,
        previous: int | None,
    ) -> Rollout:
        """Take the environment's lock; Problem `environment-locked` where it is held."""
        try:
            with self._database.transaction() as connection:
                cursor = connection.execute(
                    "INSERT INTO rollout (project, environment, kind, state, engine, requested_by,"
                    " created_at, request_json, release, previous)"
                    " VALUES (?, ?, ?, 'running', ?, ?, ?, ?, ?, ?)",
                    (
                        environment.project,
                        environment.name,
                        kind,
                        engine,
                        requested_by,
                        self._clock.now(),
                        json.dumps(dict(request)),
                        release,
                        previous,
                    ),
                )
                identifier = int(cursor.lastrowid or 0)
        except sqlite3.IntegrityError as error:
            holder = self.active(environment)
            if holder is None:
                raise
            raise Problem(
                "environment-locked",
                f"{environment}: rollout #{holder.id} ({holder.kind} by {holder.requested_by}) "
                f"is {holder.state}; one rollout at a time changes an environment.",
                hints=[
                    f"shipway follow {holder.id}",
                    f"shipway {'resume' if holder.state is RolloutState.STUCK else 'abort'} {holder.id}",
                ],
            ) from error
        return self.get(identifier)

    def get(self, identifier: int) -> Rollout:
        """Return the rollout, or raise Problem `no-rollout`."""
        row = self._database.connection.execute(
            "SELECT * FROM rollout WHERE id = ?", (identifier,)
        ).fetchone()
        if row is None:
            raise Problem(
                "no-rollout", f"there is no rollout #{identifier}.", hints=["shipway rollouts"]
            )
        return _rollout(row)

    def active(self, environment: EnvironmentId) -> Rollout | None:
        """Return the rollout that holds the environment's lock, or None."""
        return next((item for item in self.unfinished() if item.environment == environment), None)

    def unfinished(self) -> tuple[Rollout, ...]:
        """Return every rollout that holds a lock, oldest first."""
        return self._database.remembered("unfinished", self._unfinished)

    def _unfinished(self) -> tuple[Rollout, ...]:
        rows = self._database.connection.execute(
            "SELECT * FROM rollout WHERE state IN ('running', 'unwinding', 'stuck') ORDER BY id"
        )
        return tuple(_rollout(row) for row in rows)

    def recent(
        self, *, environment: EnvironmentId | None = None, limit: int = 20
    ) -> tuple[Rollout, ...]:
        """Return the latest rollouts, newest first."""
        project = environment.project if environment else None
        name = environment.name if environment else None
        rows = self._database.connection.execute(
            "SELECT * FROM rollout WHERE (? IS NULL OR (project = ? AND environment = ?))"
            " ORDER BY id DESC LIMIT ?",
            (project, project, name, limit),
        )
        return tuple(_rollout(row) for row in rows)

    def advance(
        self, identifier: int, event: RolloutEvent, *, problem: Problem | None = None
    ) -> Rollout:
        """Apply one event; raise IllegalTransition where it must not happen."""
        with self._database.transaction() as connection:
            before = self.get(identifier)
            state = advance(ROLLOUT_TRANSITIONS, before.state, event)
            finished = None if state.active else self._clock.now()
            connection.execute(
                "UPDATE rollout SET state = ?, finished_at = ?,"
                " problem_json = coalesce(?, problem_json) WHERE id = ?",
                (state, finished, json.dumps(problem.as_dict()) if problem else None, identifier),
            )
        return self.get(identifier)

    def set_release(self, identifier: int, release: int) -> None:
        """Record which release the rollout brings."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE rollout SET release = ? WHERE id = ?", (release, identifier))

    def set_switched(self, identifier: int) -> None:
        """Record the moment of the switch, once."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE rollout SET switched_at = coalesce(switched_at, ?) WHERE id = ?",
                (self._clock.now(), identifier),
            )

    def request_abort(self, identifier: int) -> None:
        """Record that somebody wants the rollout to stop and unwind."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE rollout SET abort_requested = 1 WHERE id = ?", (identifier,))

    def abort_requested(self, identifier: int) -> bool:
        """Return whether somebody wants the rollout to stop."""
        row = self._database.connection.execute(
            "SELECT abort_requested FROM rollout WHERE id = ?", (identifier,)
        ).fetchone()
        return bool(row and row[0])

    def tell(self, identifier: int, lines: Sequence[tuple[str, str, str]]) -> None:
        """Append (step, kind, text) lines of progress; output beyond a bound is left out.

        Of what is Said, its Korean is kept beside it.
        """
        now = self._clock.now()
        with self._database.transaction(durable=False) as connection:
            last = connection.execute(
                "SELECT coalesce(max(seq), 0) FROM progress WHERE rollout = ?", (identifier,)
            ).fetchone()[0]
            for step, kind, text in lines:
                if last >= PROGRESS_LINES_MAX and kind == "output":
                    continue
                last += 1
                connection.execute(
                    "INSERT INTO progress VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        *(identifier, last, now, step, kind),
                        *(said[:PROGRESS_TEXT_MAX] for said in (text, korean_of(text))),
                    ),
                )

    def told(self, identifier: int, after: int = 0) -> tuple[ProgressLine, ...]:
        """Return what the rollout told after the line numbered `after`."""
        rows = self._database.connection.execute(
            "SELECT * FROM progress WHERE rollout = ? AND seq > ? ORDER BY seq",
            (identifier, after),
        )
        return tuple(ProgressLine(**dict(row)) for row in rows)


def _rollout(row: sqlite3.Row) -> Rollout:
    return Rollout(
        id=row["id"],
        environment=EnvironmentId(row["project"], row["environment"]),
        kind=RolloutKind(row["kind"]),
        state=RolloutState(row["state"]),
        engine=row["engine"],
        requested_by=row["requested_by"],
        created_at=row["created_at"],
        request=json.loads(row["request_json"]),
        release=row["release"],
        previous=row["previous"],
        switched_at=row["switched_at"],
        finished_at=row["finished_at"],
        problem=json.loads(row["problem_json"]) if row["problem_json"] else None,
        abort_requested=bool(row["abort_requested"]),
    )
