"""A constant load from keep-alive clients and WebSockets, and what became of it.

Clients look for a closed connection before they use one again, as real ones do; apart
from that nothing is forgiven: an error, a status other than 200 or a body that got lost
is a failure.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from dataclasses import dataclass, field
from typing import Self

from tests.ingress.support import LOOPBACK
from tests.ingress.upstreams import ACCEPT

KEY = "dGhlIHNhbXBsZSBub25jZQ=="


@dataclass
class Answer:
    """One request: when it was sent, which upstream answered, when."""

    path: str
    sent_at: float
    name: str
    done_at: float


@dataclass
class Record:
    """What the load saw.  `cut` counts WebSockets that ended before the load did."""

    answers: list[Answer] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    websockets: int = 0
    cut: int = 0
    echoes: int = 0


class Connection:
    """One keep-alive connection; opens itself again when it was closed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def request(self, method: str, path: str, body: bytes = b"", host: str = "x") -> str:
        """Return the answer's body; raises OSError or ValueError."""
        if self._reader is None or self._writer is None or self._reader.at_eof():
            self.close()
            self._reader, self._writer = await asyncio.open_connection(LOOPBACK, self._port)
        head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        try:
            answer = (await self._reader.readuntil(b"\r\n\r\n")).decode()
            length = int(answer.lower().partition("content-length:")[2].split("\r\n")[0])
            content = (await self._reader.readexactly(length)).decode()
        except asyncio.IncompleteReadError as error:
            self.close()
            raise ConnectionError(f"closed after {error.partial!r}") from error
        if " 200 " not in answer.split("\r\n")[0]:
            raise ValueError(answer.split("\r\n")[0])
        if "connection: close" in answer.lower():
            self.close()
        return content

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


async def open_websocket(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Return an upgraded connection; raises OSError where the upgrade is refused."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    writer.write(
        f"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n".encode()
    )
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    if " 101 " not in head or ACCEPT not in head:
        writer.close()
        raise ConnectionError(head.split("\r\n")[0])
    return reader, writer


class Load:
    """Runs in a thread of its own until it is left."""

    def __init__(self, port: int, *, rate: int, clients: int = 20, websockets: int = 0) -> None:
        self.record = Record()
        self._port = port
        self._pause_s = clients / rate
        self._clients = clients
        self._websockets = websockets
        self._ending = False
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10), "the load did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._ending = True
        self._thread.join(30)
        assert not self._thread.is_alive(), "the load did not end"

    async def _run(self) -> None:
        sockets = [asyncio.create_task(self._websocket()) for _ in range(self._websockets)]
        clients = [asyncio.create_task(self._client(number)) for number in range(self._clients)]
        while self.record.websockets < self._websockets or not self.record.answers:
            await asyncio.sleep(0.01)
            if self.record.failures:
                break
        self._ready.set()
        await asyncio.gather(*clients, *sockets)

    async def _client(self, number: int) -> None:
        connection = Connection(self._port)
        await asyncio.sleep(self._pause_s * number / self._clients)
        for count in itertools.count(number):
            if self._ending:
                break
            begun = time.monotonic()
            await self._one(connection, count)
            await asyncio.sleep(max(0.0, begun + self._pause_s - time.monotonic()))
        connection.close()

    async def _one(self, connection: Connection, count: int) -> None:
        method, path, body = "GET", f"/{count}", b""
        if count % 5 == 0:
            method, body = "POST", b"x" * 2000
        elif count % 31 == 1:
            path = "/slow/0.5"
        sent_at = time.monotonic()
        try:
            answer = await asyncio.wait_for(connection.request(method, path, body), 10)
            name, size = answer.split("\n")[:2]
            if int(size) != len(body):
                raise ValueError(f"{size} of {len(body)} bytes arrived")  # noqa: TRY301
        except (OSError, ValueError, TimeoutError) as error:
            self.record.failures.append(f"{method} {path}: {error!r}")
            connection.close()
        else:
            self.record.answers.append(Answer(path, sent_at, name, time.monotonic()))

    async def _websocket(self) -> None:
        try:
            reader, writer = await open_websocket(self._port)
        except OSError as error:
            self.record.failures.append(f"websocket: {error!r}")
            return
        self.record.websockets += 1
        while not self._ending:
            try:
                writer.write(b"ping")
                if not await asyncio.wait_for(reader.read(100), 10):
                    raise ConnectionError("closed")
                self.record.echoes += 1
            except (OSError, TimeoutError):
                self.record.cut += 1
                break
            await asyncio.sleep(0.1)
        writer.close()
