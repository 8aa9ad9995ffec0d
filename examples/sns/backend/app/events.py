"""What happens to a user's posts, told over Redis to every process that holds a socket."""

from __future__ import annotations

import json
from typing import Any

import redis
import redis.asyncio

from app.config import settings

CHANNEL = "sns:user:{}"
PATTERN = CHANNEL.format("*")

cache = redis.asyncio.Redis.from_url(
    settings.REDIS_URL, socket_timeout=3, socket_connect_timeout=3, health_check_interval=30
)


def tell(user: int, **message: Any) -> None:
    """Publish from a job.  Nobody may be listening, and that is fine."""
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=3) as client:
        client.publish(CHANNEL.format(user), json.dumps(message, ensure_ascii=False))
