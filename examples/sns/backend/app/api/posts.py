"""Posts: written now, published by the worker at once or at their time, found by meaning."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query
from fastapi.concurrency import run_in_threadpool
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Float, delete, select

from app import ai
from app.api.auth import Me
from app.database import Account, Post, session
from app.events import cache

router = APIRouter(prefix="/api")
Text = Annotated[str, Query(min_length=1, max_length=500)]


class NewPost(BaseModel):
    account_id: int
    body: str = Field(min_length=1, max_length=2000)
    media: str | None = Field(default=None, max_length=200)
    priority: Literal["critical", "high", "medium", "low"] = "medium"
    publish_at: AwareDatetime | None = None


class Shown(BaseModel):
    id: int
    account_id: int
    body: str
    media: str | None
    priority: str
    state: str
    attempts: int
    published_as: str | None
    published_at: datetime | None
    problem: str | None


class Similar(BaseModel):
    id: int
    body: str
    distance: float


@router.post("/posts", status_code=202)
async def write(new: NewPost, user: Me) -> Shown:
    """Keep a post with its meaning and queue it, or let beat do so at its time."""
    if new.media is not None and not new.media.startswith(f"{user}/"):
        raise HTTPException(422, "this upload is not yours")
    meaning = await ai.embedding(new.body)
    later = new.publish_at is not None and new.publish_at > datetime.now(UTC)
    async with session.begin() as work:
        mine = select(Account.id).where(Account.id == new.account_id, Account.user_id == user)
        if await work.scalar(mine) is None:
            raise HTTPException(422, "this account is not yours")
        post = Post(
            user_id=user,
            embedding=meaning,
            state="planned" if later else "queued",
            attempts=0,
            **new.model_dump(),
        )
        work.add(post)
        await work.flush()
        shown = _shown(post)
    if not later:
        await run_in_threadpool(_queue, post.id, new.priority)
    return shown


@router.get("/posts")
async def read_all(user: Me, limit: Annotated[int, Query(ge=1, le=100)] = 30) -> list[Shown]:
    async with session() as work:
        query = select(Post).where(Post.user_id == user).order_by(Post.id.desc()).limit(limit)
        return [_shown(item) for item in await work.scalars(query)]


@router.get("/posts/similar")
async def similar(
    text: Text, user: Me, limit: Annotated[int, Query(ge=1, le=20)] = 5
) -> list[Similar]:
    """Return the posts nearest in meaning, nearest first."""
    meaning = await ai.embedding(text)
    distance = Post.embedding.op("<=>", return_type=Float())(meaning)
    query = select(Post.id, Post.body, distance.label("distance")).where(Post.user_id == user)
    async with session() as work:
        found = await work.execute(query.order_by(distance).limit(limit))
        return [Similar(id=row.id, body=row.body, distance=row.distance) for row in found]


@router.get("/posts/{post_id}")
async def read_one(post_id: int, user: Me) -> Shown:
    async with session() as work:
        post = await work.scalar(select(Post).where(Post.id == post_id, Post.user_id == user))
    if post is None:
        raise HTTPException(404, "there is no such post of yours")
    return _shown(post)


@router.delete("/posts/{post_id}", status_code=204)
async def remove(post_id: int, user: Me) -> None:
    async with session.begin() as work:
        await work.execute(delete(Post).where(Post.id == post_id, Post.user_id == user))


@router.get("/trends")
async def trends() -> dict[str, Any]:
    """Return what beat had counted last: from the cache alone."""
    kept = await cache.get("sns:trends")
    if kept is None:
        raise HTTPException(404, "nothing has been counted yet")
    return json.loads(kept)


def _queue(post: int, priority: str) -> None:
    from app.tasks.publishing import publish_post  # late: Celery takes a moment to import

    publish_post.apply_async((post,), queue=priority)


def _shown(post: Post) -> Shown:
    return Shown.model_validate(post, from_attributes=True)
