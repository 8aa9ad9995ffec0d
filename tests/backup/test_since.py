"""Which base backup stands for another that is wanted; over a real PostgreSQL and its stream."""

from __future__ import annotations

import time
from dataclasses import replace

from shipway.backup.postgres.streams import Streams
from shipway.ports_data import Database
from tests.backup.test_streams import Ground, covered, ground, looking
from tests.support.running import eventually

__all__ = ["ground"]
YEAR_S = 365 * 86_400.0
OF_A_WRONG_CLOCK = "f" * 64


def base(streams: Streams, database: Database, since: float | None = None) -> str:
    return streams.make_base(database, output=lambda _line: None, since=since).id


def test_a_base_made_since_the_slot_is_the_slots_but_not_one_of_before_a_restore(
    ground: Ground,
) -> None:
    """R122: a run that is repeated for another part's sake copies no database again."""
    streams, database = ground.streams(), ground.database
    slot = time.time()
    with looking(streams):
        covered(streams, database)
        first = base(streams, database)
        assert base(streams, database, slot) == first
        second = base(streams, database, time.time())
        assert second != first
        assert base(streams, database) not in {first, second}

        (newest, *_rest) = ground.records.backups(database.environment)
        ground.records.add(replace(newest, id=OF_A_WRONG_CLOCK, ended_at=time.time() + YEAR_S))
        assert base(streams, database, time.time()) != OF_A_WRONG_CLOCK

        streams.accept(database, anew=True)
        eventually("a stretch of its own", lambda: streams.of(database).receiver.epoch, 30)
        known = {item.id for item in ground.records.backups(database.environment)}
        assert base(streams, database, slot) not in known
