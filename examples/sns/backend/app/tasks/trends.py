"""What people write about: counted by the worker, read from the cache by the API."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import Counter

import redis
from sqlalchemy import select

from app.config import settings
from app.database import Post, brief_engine
from app.tasks.celery_app import celery

KEY = "sns:trends"
KEPT_S = 3600
POSTS, WORDS = 500, 10


@celery.task(name="sns.trends")
def refresh() -> None:
    bodies = asyncio.run(_bodies())
    words = Counter(word for body in bodies for word in set(re.findall(r"#(\w+)", body.lower())))
    found = {"at": time.time(), "posts": len(bodies), "words": words.most_common(WORDS)}
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=3) as client:
        client.set(KEY, json.dumps(found, ensure_ascii=False), ex=KEPT_S)


async def _bodies() -> list[str]:
    engine = brief_engine()
    try:
        async with engine.connect() as connection:
            query = select(Post.body).where(Post.state == "published").order_by(Post.id.desc())
            return [row.body for row in await connection.execute(query.limit(POSTS))]
    finally:
        await engine.dispose()
