"""Searching the logs of an environment: what instances said, and what rollouts told."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

from shipway.model.logs import LogEntry, LogLevel, LogPage, LogQuery
from shipway.observe.world import Observatory

ROLLOUTS_LOOKED_AT = 50
ROLLOUTS_EVERY_S = 2.0
ROLLOUT = "rollout"


def search(world: Observatory, query: LogQuery) -> tuple[LogEntry, ...]:
    """Return the last entries that are wanted, oldest first; instances may be gone."""
    return look(world, query, patience_s=math.inf).entries


def look(world: Observatory, query: LogQuery, *, patience_s: float) -> LogPage:
    """Return the last entries that are wanted, as far back as patience goes."""
    page = world.logbook.look(query, patience_s=patience_s)
    since = page.reached or 0.0
    told = [entry for entry in _rollouts(world, query) if entry.at >= since]
    found = sorted([*page.entries, *told], key=lambda entry: entry.at)
    return replace(page, entries=tuple(found[max(0, len(found) - query.limit) :]))


def follow(
    world: Observatory,
    query: LogQuery,
    cancelled: Callable[[], bool],
    *,
    after: float | None = None,
) -> Iterator[LogEntry | None]:
    """Yield wanted entries as they come; None at least once a second without one.

    after: also those of the last moments that were written later than this.
    """
    query = replace(query, until=None)
    told_until = world.clock.now() if after is None else after
    due = 0.0
    for entry in world.logbook.follow(query, cancelled, after=after):
        yield entry
        if world.clock.monotonic() >= due:
            due = world.clock.monotonic() + ROLLOUTS_EVERY_S
            told = [
                line
                for line in _rollouts(world, replace(query, since=told_until))
                if line.at > told_until
            ]
            yield from sorted(told, key=lambda line: line.at)
            told_until = max([told_until, *(line.at for line in told)])


def _rollouts(world: Observatory, query: LogQuery) -> Iterator[LogEntry]:
    """Yield the wanted lines of the latest rollouts; other services are asked for by name."""
    if any(
        name is not None and not name.startswith(ROLLOUT)
        for name in (query.service, query.instance)
    ):
        return
    recent = world.store.rollouts.recent(environment=query.environment, limit=ROLLOUTS_LOOKED_AT)
    for rollout in recent:
        ended = rollout.finished_at
        if ended is not None and query.since is not None and ended < query.since:
            continue
        for line in world.store.rollouts.told(rollout.id):
            failed = line.kind.endswith("failed")
            entry = LogEntry(
                at=line.at,
                service=ROLLOUT,
                instance=f"{ROLLOUT}-{rollout.id}",
                release=rollout.release,
                stream="stdout",
                level=LogLevel.ERROR if failed else LogLevel.INFO,
                text=f"{line.step}: {line.kind}: {line.text}",
                korean=line.korean,
            )
            if query.wants(entry):
                yield entry
