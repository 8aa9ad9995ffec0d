"""What is wrong with a database's stream is loud, each thing with its figure (R118)."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shipway.backup.postgres.conditions import DatabaseConditions
from shipway.errors import Problem
from shipway.model.backup_settings import BackupSettings
from shipway.model.condition import Condition, Level
from shipway.model.names import EnvironmentId

HERE = EnvironmentId("shop", "production")
NOW = 1_000_000.0


@dataclass
class Stream:
    """A stream as its conditions are judged from."""

    covered_at: float | None = NOW - 1
    down_for: float | None = None
    problem: Problem | None = None
    base_problem: Problem | None = None
    base_age: float | None = 3600.0
    retained: int = 0
    point_problem: Problem | None = None
    settings: BackupSettings = field(default_factory=BackupSettings)

    def told(self) -> dict[str, Condition]:
        """Return the conditions by id."""
        down = None if self.down_for is None else time.monotonic() - self.down_for
        stream = SimpleNamespace(
            problem=self.problem,
            base_problem=self.base_problem,
            receiver=SimpleNamespace(down_since=down, steady=True),
            shipper=SimpleNamespace(covered_at=self.covered_at),
        )
        bases = [] if self.base_age is None else [SimpleNamespace(ended_at=NOW - self.base_age)]
        database = SimpleNamespace(environment=HERE, service="db")
        found = DatabaseConditions(
            databases=cast(
                "Any",
                SimpleNamespace(
                    environments=lambda: (HERE,),
                    settings=lambda _environment: self.settings,
                    of=lambda _environment: (database,),
                ),
            ),
            streams=cast("Any", SimpleNamespace(known=lambda _environment, _service: stream)),
            points=cast(
                "Any",
                SimpleNamespace(failed={HERE: self.point_problem} if self.point_problem else {}),
            ),
            records=cast("Any", SimpleNamespace(backups=lambda *_args, **_more: bases)),
            clock=lambda: NOW,
        )
        found._retained[str(HERE), "db"] = (NOW, self.retained)
        return {item.id: item for item in found.now()}


WRONG = Problem("repository-unreachable", "the store does not answer.")


def test_a_stream_that_comes_is_no_condition() -> None:
    assert Stream().told() == {}


@pytest.mark.parametrize(
    ("stream", "identifier", "level", "figure"),
    [
        (Stream(covered_at=NOW - 90), "backup-wal-lags", Level.WARNING, 90.0),
        (Stream(covered_at=NOW - 90, down_for=60), "backup-wal-stopped", Level.URGENT, 90.0),
        (Stream(covered_at=NOW - 90, problem=WRONG), "backup-wal-stopped", Level.URGENT, 90.0),
        (Stream(covered_at=None, problem=WRONG), "backup-wal-stopped", Level.URGENT, None),
        (Stream(retained=3 * 10**9), "backup-slot-retains", Level.WARNING, 3e9),
        (Stream(base_age=50 * 3600), "backup-base-old", Level.WARNING, 180_000.0),
        (Stream(base_problem=WRONG), "backup-base-failed", Level.URGENT, None),
        (Stream(point_problem=WRONG), "backup-point-failed", Level.WARNING, None),
        (
            Stream(problem=Problem("backup-other-database", "another one.")),
            "backup-wal-other-database",
            Level.URGENT,
            None,
        ),
    ],
)
def test_what_is_wrong_with_a_stream_is_told_with_its_figure_and_the_way_out(
    stream: Stream, identifier: str, level: Level, figure: float | None
) -> None:
    told = stream.told()
    assert list(told) == [identifier]
    assert told[identifier].level is level
    assert told[identifier].figure == figure
    assert told[identifier].says.ko != told[identifier].says.en
    if stream.problem is WRONG:
        assert "does not answer" in told[identifier].says.en


def test_a_receiver_that_was_just_restarted_is_no_alarm() -> None:
    assert Stream(covered_at=NOW - 20, down_for=10).told() == {}


def test_an_environment_that_is_not_backed_up_by_itself_has_no_stream_to_miss() -> None:
    stream = Stream(covered_at=NOW - 9000, settings=BackupSettings(scheduled=False))
    assert stream.told() == {}
    left_out = Stream(covered_at=NOW - 9000, settings=BackupSettings(exclude=("db",)))
    assert left_out.told() == {}
