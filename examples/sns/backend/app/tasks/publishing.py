"""Publishing: a post goes to its network, is tried again where that may help, and is told of."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import select, update

from app import events, security
from app.bucket import client
from app.channels import ChannelError, Letter, publish
from app.config import settings
from app.database import Account, Post, brief_engine, brief_session
from app.tasks.celery_app import celery

TRIES = 4
BACKOFF_MAX_S = 60

log = structlog.get_logger()


@celery.task(name="sns.publish", bind=True, max_retries=TRIES - 1)
def publish_post(task: Any, post: int) -> None:
    wanted = asyncio.run(_wanted(post))
    if wanted is None:
        return  # published by another delivery of this job, or gone
    user, provider, letter = wanted
    try:
        name = publish(provider, letter)
    except ChannelError as error:
        if error.again and task.request.retries < TRIES - 1:
            asyncio.run(_keep(post, problem=str(error)))
            raise task.retry(countdown=min(2**task.request.retries, BACKOFF_MAX_S)) from None
        log.warning("a post was not published", post=post, provider=provider, problem=str(error))
        asyncio.run(_keep(post, state="failed", problem=str(error)))
        events.tell(user, type="post", id=post, state="failed", problem=str(error))
        return
    now = datetime.now(UTC)
    asyncio.run(_keep(post, state="published", problem=None, published_as=name, published_at=now))
    log.info("a post was published", post=post, provider=provider, name=name)
    events.tell(user, type="post", id=post, state="published", published_as=name)


@celery.task(name="sns.due")
def publish_due() -> None:
    """Queue the posts whose time has come."""
    for post, priority in asyncio.run(_due()):
        publish_post.apply_async((post,), queue=priority)


async def _wanted(post: int) -> tuple[int, str, Letter] | None:
    engine = brief_engine()
    try:
        async with brief_session(engine) as session:
            query = select(Post, Account).join(Account, Account.id == Post.account_id)
            row = (await session.execute(query.where(Post.id == post))).one_or_none()
            if row is None or row.Post.state != "queued":
                return None
    finally:
        await engine.dispose()
    letter = Letter(
        handle=row.Account.handle,
        token=security.opened(row.Account.token),
        body=row.Post.body,
        media=_media(row.Post.media) if row.Post.media else None,
    )
    return row.Post.user_id, row.Account.provider, letter


def _media(key: str) -> tuple[bytes, str]:
    found = client().get_object(Bucket=settings.S3_BUCKET_NAME, Key=key)
    return found["Body"].read(), found["ContentType"]


async def _keep(post: int, **values: Any) -> None:
    engine = brief_engine()
    try:
        async with engine.begin() as connection:
            await connection.execute(
                update(Post)
                .where(Post.id == post, Post.state == "queued")
                .values(attempts=Post.attempts + 1, **values)
            )
    finally:
        await engine.dispose()


async def _due() -> list[tuple[int, str]]:
    engine = brief_engine()
    try:
        async with engine.begin() as connection:
            found = await connection.execute(
                update(Post)
                .where(Post.state == "planned", Post.publish_at <= datetime.now(UTC))
                .values(state="queued")
                .returning(Post.id, Post.priority)
            )
            return [(row.id, row.priority) for row in found]
    finally:
        await engine.dispose()
