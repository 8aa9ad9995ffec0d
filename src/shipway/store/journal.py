"""The saga's journal, on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from shipway.ports import Clock
from shipway.saga.journal import Entry, Mark, check_follows
from shipway.store.database import Database


class RolloutJournal:
    """The journal of one rollout."""

    def __init__(self, database: Database, clock: Clock, rollout: int) -> None:
        self._database = database
        self._clock = clock
        self._rollout = rollout

    def record(
        self,
        step: str,
        mark: Mark,
        *,
        output: Mapping[str, Any] | None = None,
        problem: Mapping[str, Any] | None = None,
    ) -> None:
        """Append an entry; it is on disk when this returns.  Raises IllegalEntry."""
        with self._database.transaction() as connection:
            row = connection.execute(
                "SELECT mark FROM journal WHERE rollout = ? AND step = ? ORDER BY seq DESC LIMIT 1",
                (self._rollout, step),
            ).fetchone()
            check_follows(Mark(row["mark"]) if row else None, mark, step)
            connection.execute(
                "INSERT INTO journal SELECT ?, coalesce(max(seq), 0) + 1, ?, ?, ?, ?, ?"
                " FROM journal WHERE rollout = ?",
                (
                    self._rollout,
                    step,
                    mark,
                    self._clock.now(),
                    None if output is None else json.dumps(dict(output)),
                    None if problem is None else json.dumps(dict(problem)),
                    self._rollout,
                ),
            )

    def entries(self) -> Sequence[Entry]:
        """Return all entries, oldest first."""
        rows = self._database.connection.execute(
            "SELECT step, mark, at, output_json, problem_json FROM journal"
            " WHERE rollout = ? ORDER BY seq",
            (self._rollout,),
        )
        return tuple(
            Entry(
                step=row["step"],
                mark=Mark(row["mark"]),
                at=row["at"],
                output=json.loads(row["output_json"]) if row["output_json"] else None,
                problem=json.loads(row["problem_json"]) if row["problem_json"] else None,
            )
            for row in rows
        )
