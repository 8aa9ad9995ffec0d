"""Searching the logs of an environment: what instances said, and what rollouts told."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.model.logs import LogEntry, LogLevel, LogQuery
from shipway.observe.world import Observatory

ROLLOUTS_LOOKED_AT = 50
ROLLOUT = "rollout"


def search(world: Observatory, query: LogQuery) -> tuple[LogEntry, ...]:
    """Return the last entries that are wanted, oldest first; instances may be gone."""
    found = [*world.logbook.find(query), *_rollouts(world, query)]
    found.sort(key=lambda entry: entry.at)
    return tuple(found[len(found) - query.limit :] if query.limit else ())


def _rollouts(world: Observatory, query: LogQuery) -> Iterator[LogEntry]:
    """Yield the wanted lines of the latest rollouts; other services are asked for by name."""
    if query.service is not None and not query.service.startswith(ROLLOUT):
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
            )
            if query.wants(entry):
                yield entry
