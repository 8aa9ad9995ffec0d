"""What a restore will do is shown before it does it: what goes, what is lost, how long it took."""

from __future__ import annotations

from typing import Any

from shipway.cli.backup_files import plan_lines as files_lines
from shipway.cli.backup_generations import lines_of
from shipway.cli.backup_restore import plan_lines

PLAN: dict[str, Any] = {
    "service": "db",
    "bytes": 50_000_000,
    "backup": {"ended_at": 1_000_000.0, "bytes": 50_000_000},
    "reached_at": 1_086_400.0,
    "lost_s": 90.0,
    "last_took_s": 6.4,
    "notes": ["db is gone for a few seconds"],
}


def test_a_restore_of_a_database_says_what_is_lost_and_how_long_it_took() -> None:
    told = "\n".join(plan_lines([PLAN], "production", beside=False))
    assert "db of production, as it was at 1970-01-13" in told
    assert "is lost   what was written in the last 1 min 30 s" in told
    assert "takes     6.4 s the last time" in told
    assert "gone for a few seconds" in told
    beside = "\n".join(plan_lines([PLAN | {"last_took_s": None}], "production", beside=True))
    assert "not touched" in beside
    assert "is lost" not in beside
    assert "not measured yet" in beside


def test_a_restore_of_files_says_what_stops_and_where_what_was_there_goes() -> None:
    plan: dict[str, Any] = {
        "subject": "uploads",
        "kind": "volume",
        "at": 1_000_000.0,
        "bytes": 1_000,
        "target": "/data/uploads",
        "into_place": True,
        "lost_s": 3600.0,
        "stops": ["api", "worker"],
        "last_took_s": 2.0,
    }
    told = "\n".join(files_lines(plan, "production"))
    for words in ("/data/uploads", "the last 1 h", "api, worker", "2.0 s the last time"):
        assert words in told
    assert "shipway backup generations" in told
    bucket = "\n".join(files_lines(plan | {"kind": "bucket", "stops": []}, "production"))
    assert "saved first" in bucket


def test_generations_say_which_is_live_and_when_the_others_go() -> None:
    assert (
        "keeps no earlier data" in lines_of({"keep_s": 1.0, "generations": []}, "staging", now=0)[0]
    )
    live = {"subject": "db", "name": "pgdata.g7", "live": True, "bytes": 5, "goes_at": None}
    live |= {"where": "/x", "replaced_at": None}
    earlier = live | {"name": "pgdata", "live": False, "replaced_at": 0.0, "goes_at": 604_800.0}
    told = lines_of({"generations": [live, earlier]}, "staging", now=7200.0)
    assert "live" in told[0]
    assert "replaced 2 h ago" in told[1]
    assert "goes by itself 1970-01-08" in told[1]
    assert told[-1].endswith("shipway backup generations staging --remove pgdata")
