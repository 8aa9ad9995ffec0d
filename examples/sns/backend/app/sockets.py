"""/ws: a user hears at once what happens to the posts.

    → {"type": "auth", "token": "…"}       the first message, within five seconds (browsers; others
                                          may send Authorization with the handshake)
    ← {"type": "hello", "user": 7}
    ← {"type": "post", "id": 12, "state": "published", …}

One subscription to Redis for each process, handed on to its sockets; a reader that cannot
keep up is told the newest only.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections import defaultdict

import redis.asyncio as redis
import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from app import security
from app.config import settings
from app.events import PATTERN
from app.metrics import SOCKETS

AUTH_S = 5.0
HEARTBEAT_S = 20.0
WAITING_MAX = 64
RETRY_S = 1.0
REFUSED, FULL = 4401, 1013
PROCESS_MAX = -(-settings.WS_MAX_CONNECTIONS // int(os.environ.get("API_WORKERS", "1")))

log = structlog.get_logger()
router = APIRouter()


class Hub:
    """The subscription, and the queues of those who listen, by user."""

    def __init__(self) -> None:
        self._queues: defaultdict[int, set[asyncio.Queue[str]]] = defaultdict(set)
        self.count = 0

    @contextlib.asynccontextmanager
    async def running(self):
        task = asyncio.create_task(self._listen())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @contextlib.contextmanager
    def listening(self, user: int):
        queue: asyncio.Queue[str] = asyncio.Queue(maxsize=WAITING_MAX)
        self._queues[user].add(queue)
        try:
            yield queue
        finally:
            self._queues[user].discard(queue)
            if not self._queues[user]:
                del self._queues[user]

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (redis.RedisError, OSError) as error:
                log.warning("Redis is lost, and asked again", error=type(error).__name__)
                await asyncio.sleep(RETRY_S)

    async def _listen_once(self) -> None:
        client = redis.Redis.from_url(settings.REDIS_URL, health_check_interval=30)
        async with client, client.pubsub(ignore_subscribe_messages=True) as subscription:
            await subscription.psubscribe(PATTERN)
            async for message in subscription.listen():
                user = int(message["channel"].rpartition(b":")[2])
                for queue in self._queues.get(user, ()):
                    if queue.full():
                        queue.get_nowait()
                    queue.put_nowait(message["data"].decode())


@router.websocket("/ws")
async def talk(socket: WebSocket) -> None:
    hub: Hub = socket.app.state.hub
    await socket.accept()
    if hub.count >= PROCESS_MAX:
        await socket.close(FULL, "too many connections")
        return
    hub.count += 1
    SOCKETS.inc()
    try:
        user = await _who(socket)
        if user is None:
            await socket.close(REFUSED, "sign in first")
            return
        with hub.listening(user) as queue:
            await socket.send_json({"type": "hello", "user": user})
            await _pass_on(socket, queue)
    except (WebSocketDisconnect, RuntimeError):
        pass
    finally:
        hub.count -= 1
        SOCKETS.dec()


async def _who(socket: WebSocket) -> int | None:
    """Return whose token comes with the handshake or as the first message; None: nobody's."""
    scheme, _, token = socket.headers.get("authorization", "").partition(" ")
    try:
        if scheme.lower() != "bearer":
            token = await _first_message(socket)
    except (TimeoutError, ValueError, KeyError, TypeError):
        return None
    claims = security.claims(token, "access")
    return int(claims["sub"]) if claims else None


async def _first_message(socket: WebSocket) -> str:
    message = json.loads(await asyncio.wait_for(socket.receive_text(), AUTH_S))
    return str(message["token"])


async def _pass_on(socket: WebSocket, queue: asyncio.Queue[str]) -> None:
    sender = asyncio.create_task(_send(socket, queue))
    try:
        while True:  # a browser says nothing more; waiting is how its leaving is noticed
            await socket.receive_text()
    finally:
        sender.cancel()
        await asyncio.gather(sender, return_exceptions=True)


async def _send(socket: WebSocket, queue: asyncio.Queue[str]) -> None:
    while True:
        try:
            message = await asyncio.wait_for(queue.get(), HEARTBEAT_S)
        except TimeoutError:
            message = '{"type":"heartbeat"}'
        await socket.send_text(message)
