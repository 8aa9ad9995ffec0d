"""The bounded history of all series, in a database file of its own.

One row a moment holds every series (see `frames`): 100 services sampled every 10 s make one
write in 10 s.  Kept: as sampled for 2 hours, by the minute for 2 days, by 10 minutes for 30
days.  Nothing else is in the file, so that the state and its backups stay small; it may be
deleted, and only history is lost.
"""

from __future__ import annotations

import math
import sqlite3
import threading
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from shipway.model.names import EnvironmentId
from shipway.model.observe import Point, Reading, Series, SeriesKey, SeriesState
from shipway.store.database import Database
from shipway.store.frames import NAN, ROLLED, pack, roll_rolled, roll_sampled, unpack

SAMPLED, MINUTE, TEN_MINUTES = 0, 60, 600
KEPT_S = {SAMPLED: 2 * 3600, MINUTE: 2 * 86_400, TEN_MINUTES: 30 * 86_400}
SERIES_MAX = 5_000
SERIES_KEPT_S = KEPT_S[TEN_MINUTES] + 86_400
"""A place is given to another series only when no frame holds the earlier one any more."""


class History:
    """The history in `path`.  One thread records; any may read."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, folder="history_migrations")
        self._lock = threading.Lock()
        self._known: dict[SeriesKey, Series] = {item.key: item for item in self.series()}
        self._rolled_at = {step: self._last(step) for step in (MINUTE, TEN_MINUTES)}

    def let_go(self) -> None:
        """Leave this thread's connections to others: it rests."""
        self._database.let_go()

    def record(self, at: float, readings: Sequence[Reading]) -> None:
        """Keep one look at everything; it survives this process, not always a power cut."""
        with self._lock, self._database.transaction(durable=False) as connection:
            values: dict[int, float] = {}
            rows = []
            for reading in readings:
                series = self._series(at, reading, connection)
                if series is None:
                    continue
                rows.append(_changed(series))
                if reading.value is not None:
                    values[series.id] = reading.value
            connection.executemany(
                "UPDATE series SET unit = ?, state = ?, reason = ?, since = ?, seen_at = ?,"
                " value = ?, measured_at = ? WHERE id = ?",
                rows,
            )
            connection.execute(
                "INSERT OR REPLACE INTO frame VALUES (?, ?, ?)", (SAMPLED, at, pack(values))
            )
            self._roll_up(at, connection)

    def series(self, environment: EnvironmentId | None = None) -> tuple[Series, ...]:
        """Return the series of an environment, or all, by environment, indicator, subject."""
        project = environment.project if environment else None
        name = environment.name if environment else None
        rows = self._database.connection.execute(
            "SELECT * FROM series WHERE ? IS NULL OR (project = ? AND environment = ?)"
            " ORDER BY project, environment, indicator, subject",
            (project, project, name),
        )
        return tuple(_read(row) for row in rows)

    def points(
        self, series: Collection[int], since: float, until: float, *, at_most: int = 400
    ) -> tuple[float, Mapping[int, tuple[Point, ...]]]:
        """Return (seconds a step, points by series), in the finest step that reaches back."""
        newest = self._last(SAMPLED)
        step = next((s for s in KEPT_S if since >= newest - KEPT_S[s]), TEN_MINUTES)
        rows = self._database.connection.execute(
            "SELECT at, data FROM frame WHERE step = ? AND at >= ? AND at < ? ORDER BY at",
            (step, since, until),
        ).fetchall()
        merged = max(1, math.ceil(len(rows) / max(1, at_most)))
        found: dict[int, list[Point]] = {place: [] for place in series}
        for start in range(0, len(rows), merged):
            group = rows[start : start + merged]
            frames = [unpack(row["data"]) for row in group]
            for place, points in found.items():
                points.append(_point(group[0]["at"], frames, place, rolled=step != SAMPLED))
        return _seconds(rows, step) * merged, {key: tuple(value) for key, value in found.items()}

    def _series(self, at: float, reading: Reading, connection: sqlite3.Connection) -> Series | None:
        """Return the series as this reading leaves it; None where there is no more room."""
        known = self._known.get(reading.key)
        if known is None:
            place = self._free_place(at, connection)
            if place is None:
                return None
            key = reading.key
            project, name = _names(key.environment)
            connection.execute(
                "INSERT INTO series VALUES (?, ?, ?, ?, ?, ?, 'idle', '', ?, ?, NULL, NULL)",
                (place, project, name, key.indicator, key.subject, reading.unit, at, at),
            )
        else:
            place = known.id
        same = known is not None and known.state is reading.state
        measured = reading.value is not None
        series = Series(
            id=place,
            key=reading.key,
            unit=reading.unit,
            state=reading.state,
            reason=reading.reason,
            since=known.since if known and same else at,
            seen_at=at,
            value=reading.value if measured else known.value if known else None,
            measured_at=at if measured else known.measured_at if known else None,
        )
        self._known[reading.key] = series
        return series

    def _free_place(self, at: float, connection: sqlite3.Connection) -> int | None:
        used = {item.id for item in self._known.values()}
        if len(used) >= SERIES_MAX:
            for key, item in list(self._known.items()):
                if item.seen_at < at - SERIES_KEPT_S:
                    connection.execute("DELETE FROM series WHERE id = ?", (item.id,))
                    del self._known[key]
                    return item.id
            return None
        return next(place for place in range(SERIES_MAX) if place not in used)

    def _roll_up(self, at: float, connection: sqlite3.Connection) -> None:
        """Fold every step that has ended since the last time, and forget what is too old."""
        for step, finer, roll in (
            (MINUTE, SAMPLED, roll_sampled),
            (TEN_MINUTES, MINUTE, roll_rolled),
        ):
            current = at - at % step
            begin = self._rolled_at[step]
            begin = current - KEPT_S[finer] if begin == 0.0 else begin + step
            if begin >= current:
                continue
            rows = connection.execute(
                "SELECT at, data FROM frame WHERE step = ? AND at >= ? AND at < ? ORDER BY at",
                (finer, begin, current),
            ).fetchall()
            groups: dict[float, list[bytes]] = {}
            for row in rows:
                groups.setdefault(row["at"] - row["at"] % step, []).append(row["data"])
            connection.executemany(
                "INSERT OR REPLACE INTO frame VALUES (?, ?, ?)",
                [(step, begins, roll(data)) for begins, data in groups.items()],
            )
            self._rolled_at[step] = current - step
            connection.execute(
                "DELETE FROM frame WHERE step = ? AND at < ?", (finer, at - KEPT_S[finer])
            )
            connection.execute(
                "DELETE FROM frame WHERE step = ? AND at < ?", (step, at - KEPT_S[step])
            )

    def _last(self, step: int) -> float:
        row = self._database.connection.execute(
            "SELECT coalesce(max(at), 0.0) FROM frame WHERE step = ?", (step,)
        ).fetchone()
        return float(row[0])


def _names(environment: EnvironmentId | None) -> tuple[str, str]:
    return (environment.project, environment.name) if environment else ("", "")


def _changed(series: Series) -> tuple[object, ...]:
    return (
        series.unit,
        series.state,
        series.reason,
        series.since,
        series.seen_at,
        series.value,
        series.measured_at,
        series.id,
    )


def _read(row: sqlite3.Row) -> Series:
    environment = EnvironmentId(row["project"], row["environment"]) if row["project"] else None
    return Series(
        id=row["id"],
        key=SeriesKey(environment, row["indicator"], row["subject"]),
        unit=row["unit"],
        state=SeriesState(row["state"]),
        reason=row["reason"],
        since=row["since"],
        seen_at=row["seen_at"],
        value=row["value"],
        measured_at=row["measured_at"],
    )


def _point(at: float, frames: Sequence[Sequence[float]], place: int, *, rolled: bool) -> Point:
    width = ROLLED if rolled else 1
    means, lows, highs = [], [], []
    for frame in frames:
        index = place * width
        mean = frame[index] if index < len(frame) else NAN
        if mean == mean:  # noqa: PLR0124 - not NaN
            means.append(mean)
            lows.append(frame[index + 1] if rolled else mean)
            highs.append(frame[index + 2] if rolled else mean)
    if not means:
        return Point(at, None, None, None)
    return Point(at, sum(means) / len(means), min(lows), max(highs))


def _seconds(rows: Sequence[sqlite3.Row], step: int) -> float:
    if step != SAMPLED:
        return float(step)
    if len(rows) < 2:
        return 10.0
    return float(rows[-1]["at"] - rows[0]["at"]) / (len(rows) - 1)
