"""/ws/events: what the workers tell, as it happens."""

import asyncio
import contextlib
import json

import redis.asyncio
from fastapi import APIRouter, WebSocket

from omnivibe.channel import EVENTS
from omnivibe.release import RELEASE
from omnivibe.settings import settings

router = APIRouter()
HEARTBEAT_S = 15.0


@router.websocket("/ws/events")
async def events(socket: WebSocket) -> None:
    """Tell and listen until one of both ends: when the other side goes, or this server."""
    await socket.accept()
    client = redis.asyncio.Redis.from_url(settings.redis_url, decode_responses=True)
    both = [asyncio.create_task(_tell(socket, client)), asyncio.create_task(_listen(socket))]
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
        with contextlib.suppress(redis.RedisError, OSError):
            await client.aclose()


async def _tell(socket: WebSocket, client: redis.asyncio.Redis) -> None:
    async with client.pubsub() as pubsub:
        await pubsub.subscribe(EVENTS)
        await socket.send_json({"type": "hello", "release": RELEASE})
        while True:
            told = await pubsub.get_message(ignore_subscribe_messages=True, timeout=HEARTBEAT_S)
            await socket.send_text(told["data"] if told else json.dumps({"type": "heartbeat"}))


async def _listen(socket: WebSocket) -> None:
    """Answer a ping with a pong until the other side goes."""
    while True:
        if await socket.receive_text() == "ping":
            await socket.send_json({"type": "pong"})
