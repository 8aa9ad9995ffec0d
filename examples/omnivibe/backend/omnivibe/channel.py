"""Redis: the broker, a cache, and the channel of the events."""

import json
from typing import Any

import redis

from omnivibe.settings import settings

EVENTS = "omnivibe:events"
HEARTBEAT = "omnivibe:heartbeat"
SUMMARY = "omnivibe:summary"

store = redis.Redis.from_url(
    settings.redis_url, decode_responses=True, socket_timeout=5, socket_connect_timeout=5
)


def tell(kind: str, **facts: Any) -> None:
    """Tell everybody who listens."""
    store.publish(EVENTS, json.dumps({"type": kind, **facts}))


def within(name: str, most: int, seconds: int) -> bool:
    """Return whether something may be done once more in this window of time."""
    key = f"omnivibe:limit:{name}"
    with store.pipeline() as pipe:
        pipe.set(key, 0, ex=seconds, nx=True)
        pipe.incr(key)
        return pipe.execute()[1] <= most
