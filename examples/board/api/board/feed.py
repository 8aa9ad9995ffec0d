"""The live feed: every browser that looks at the board hears of cards at once.

One subscription to Redis per process, handed on to all of its WebSockets.  What comes
within a moment goes out as one message, so that a busy board does not flood its readers.
A reader that cannot keep up is told the newest only.

    {"type": "hello", "release": "r42"}
    {"type": "cards", "cards": [{…}, …], "count": 3}
    {"type": "heartbeat", "at": 1763600000.0}
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import deque

import redis.asyncio as redis
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from board.channel import NAME
from board.settings import FEED_HEARTBEAT_S, REDIS_URL, RELEASE

GATHER_S = 0.25
NEWEST_KEPT = 20
WAITING_MAX = 32
RETRY_S = 1.0

log = logging.getLogger(__name__)
router = APIRouter()


class Hub:
    """The subscription and its readers."""

    def __init__(self) -> None:
        self._readers: set[asyncio.Queue[str]] = set()
        self._fresh: deque[str] = deque(maxlen=NEWEST_KEPT)
        self._count = 0
        self._arrived = asyncio.Event()

    @contextlib.asynccontextmanager
    async def running(self):
        tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._hand_on())]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    @contextlib.contextmanager
    def reader(self):
        queue: asyncio.Queue[str] = asyncio.Queue(maxsize=WAITING_MAX)
        self._readers.add(queue)
        try:
            yield queue
        finally:
            self._readers.discard(queue)

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (redis.RedisError, OSError) as error:
                log.warning("the feed lost Redis (%s) and tries again", type(error).__name__)
                await asyncio.sleep(RETRY_S)

    async def _listen_once(self) -> None:
        client = redis.Redis.from_url(REDIS_URL, health_check_interval=30)
        async with client, client.pubsub(ignore_subscribe_messages=True) as subscription:
            await subscription.subscribe(NAME)
            async for message in subscription.listen():
                self._fresh.append(message["data"].decode())
                self._count += 1
                self._arrived.set()

    async def _hand_on(self) -> None:
        while True:
            await self._arrived.wait()
            await asyncio.sleep(GATHER_S)
            self._arrived.clear()
            message = f'{{"type":"cards","count":{self._count},"cards":[{",".join(self._fresh)}]}}'
            self._fresh.clear()
            self._count = 0
            for queue in self._readers:
                if queue.full():
                    queue.get_nowait()
                queue.put_nowait(message)


@router.websocket("/ws/feed")
async def feed(socket: WebSocket) -> None:
    await socket.accept()
    hub: Hub = socket.app.state.hub
    with hub.reader() as queue:
        await socket.send_json({"type": "hello", "release": RELEASE})
        sender = asyncio.create_task(_send(socket, queue))
        try:
            while True:  # a browser says nothing; waiting is how its leaving is noticed
                await socket.receive_text()
        except (WebSocketDisconnect, KeyError):
            pass
        finally:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)


async def _send(socket: WebSocket, queue: asyncio.Queue[str]) -> None:
    while True:
        try:
            message = await asyncio.wait_for(queue.get(), FEED_HEARTBEAT_S)
        except TimeoutError:
            message = json.dumps({"type": "heartbeat", "at": time.time()})
        await socket.send_text(message)
