r"""Queues on Redis: Celery's, with priority sub-queues and what workers hold, and BullMQ's.

Celery (kombu): a queue's jobs lie in the list NAME and in NAME\x06\x16PRIORITY; what
workers have fetched and not finished lies in the hash `unacked`.  BullMQ: the lists
PREFIX:NAME:wait and :paused, the sorted sets :prioritized and :delayed, the list :active.
"""

from __future__ import annotations

from collections.abc import Sequence

from shipway.model.observe import Reading, SeriesState
from shipway.model.watching import PRIORITIES
from shipway.observe.recognise import (
    DEFAULT_QUEUE,
    RedisPlace,
    celery_workers,
    redis_of,
    redis_services,
)
from shipway.observe.sources.redis_client import Unanswered, connected, resolve
from shipway.observe.target import Target

SEPARATOR = "\x06\x16"
NO_BROKER = "the workers' variables name no Redis as broker (CELERY_BROKER_URL)"
STOPPED = "the broker does not run"


def celery_keys(queue: str, prefix: str = "") -> tuple[str, ...]:
    """Return every list in which a queue's jobs may lie."""
    return (
        f"{prefix}{queue}",
        *(f"{prefix}{queue}{SEPARATOR}{priority}" for priority in PRIORITIES if priority),
    )


def read_celery(target: Target) -> list[Reading]:
    """Return the length of every queue, what is held by workers, and the sum."""
    settings = target.app.watching.celery
    workers = celery_workers(target.app)
    if not settings.enabled or not (workers or settings.queues):
        return []
    brokers: dict[RedisPlace, set[str]] = {}
    for worker in workers:
        if worker.broker is not None:
            brokers.setdefault(worker.broker, set()).update(worker.queues)
    if settings.queues:
        place = next(iter(brokers), None) or _any_broker(target)
        if place is not None:
            brokers.setdefault(place, set()).update(settings.queues)
    if not brokers:
        return [target.without("celery-queue", "", "tasks", NO_BROKER, SeriesState.UNAVAILABLE)]
    readings: list[Reading] = []
    total = 0
    for place, queues in brokers.items():
        try:
            lengths, held = _lengths(target, place, sorted(queues), settings.key_prefix)
        except Unanswered as error:
            return [target.without("celery-queue", "", "tasks", str(error))]
        total += sum(lengths.values()) + held
        readings += [
            target.measured("queue-length", queue, length, "tasks")
            for queue, length in lengths.items()
        ]
        readings.append(target.measured("celery-unacked", "", held, "tasks"))
    return [target.measured("celery-queue", "", total, "tasks"), *readings]


def _any_broker(target: Target) -> RedisPlace | None:
    for service in target.app.services:
        found = redis_of(service.environment)
        if found is not None:
            return found
    own = redis_services(target.app)
    return RedisPlace(host=own[0].name) if len(own) == 1 else None


def _lengths(
    target: Target, place: RedisPlace, queues: Sequence[str], prefix: str
) -> tuple[dict[str, int], int]:
    reached = resolve(target, place)
    if reached is None:
        raise Unanswered(STOPPED)
    keys = {queue: celery_keys(queue, prefix) for queue in queues or (DEFAULT_QUEUE,)}
    with connected(reached) as client:
        wanted = [("LLEN", name) for names in keys.values() for name in names]
        answers = [int(item) for item in client.ask(*wanted, ("HLEN", f"{prefix}unacked"))]
    lengths, at = {}, 0
    for queue, names in keys.items():
        lengths[queue] = sum(answers[at : at + len(names)])
        at += len(names)
    return lengths, answers[-1]


def read_bullmq(target: Target) -> list[Reading]:
    """Return how many jobs wait in each BullMQ queue; delayed ones apart."""
    queues = target.app.watching.bullmq
    if not queues:
        return []
    place = _any_broker(target)
    reached = None if place is None else resolve(target, place)
    if reached is None:
        reason = STOPPED if place else "no variable names a Redis"
        return [target.without("queue-length", queue, "tasks", reason) for queue in queues]
    readings: list[Reading] = []
    for queue in queues:
        base = f"{target.app.watching.bullmq_prefix}:{queue}"
        try:
            with connected(reached) as client:
                wait, paused, prioritized, delayed = map(
                    int,
                    client.ask(
                        ("LLEN", f"{base}:wait"),
                        ("LLEN", f"{base}:paused"),
                        ("ZCARD", f"{base}:prioritized"),
                        ("ZCARD", f"{base}:delayed"),
                    ),
                )
        except Unanswered as error:
            readings.append(target.without("queue-length", queue, "tasks", str(error)))
            continue
        waiting = wait + paused + prioritized
        readings.append(target.measured("queue-length", queue, waiting, "tasks"))
        readings.append(target.measured("queue-delayed", queue, delayed, "tasks"))
    return readings
