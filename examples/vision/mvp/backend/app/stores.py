"""Redis: the queue of trainings, and the guard of the login."""

from __future__ import annotations

import redis

from app.settings import settings

client = redis.Redis.from_url(
    settings.redis_url, socket_timeout=3, socket_connect_timeout=3, decode_responses=True
)

QUEUE = "trainings"
WRONG_MAX = 10
WRONG_FOR_S = 300


def enqueue(training: int) -> None:
    """Hand a training to whatever machine with a GPU asks for one."""
    client.rpush(QUEUE, training)


def withdraw(training: int) -> None:
    """Take a training off the queue."""
    client.lrem(QUEUE, 0, str(training))


def too_many_wrong(email: str) -> bool:
    """Say whether somebody has been guessing this account's password."""
    return int(client.get(f"wrong:{email}") or 0) >= WRONG_MAX


def count_wrong(email: str) -> None:
    """Remember a wrong password for a while."""
    with client.pipeline() as pipeline:
        pipeline.incr(f"wrong:{email}")
        pipeline.expire(f"wrong:{email}", WRONG_FOR_S)
        pipeline.execute()
