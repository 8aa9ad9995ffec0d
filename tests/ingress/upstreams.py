"""Small upstream servers on asyncio, in one thread: HTTP/1.1 with keep-alive, WebSockets.

Each answers JSON-free lines: its name, then the request line, then the headers.
`GET /slow/0.5` answers after half a second; an upgrade echoes what it gets.  `GET /stream`
sends a first event, and the second when `GET /stream/go` was asked.  The header `X-Send`
names a header that the answer shall carry: `X-Send: Cache-Control: no-cache`.
A graceful stop closes the door, finishes requests, then closes what is idle: as an
application server does on SIGTERM.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Self, TypeVar

from tests.ingress.support import LOOPBACK, free_port

T = TypeVar("T")
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


class UpstreamServer:
    """One server; `requests` counts what it has begun to answer."""

    def __init__(self, name: str, keep_alive_s: float | None = None) -> None:
        self.name = name
        self._keep_alive_s = keep_alive_s
        self.port = 0
        self.requests = 0
        self.websockets = 0
        self._busy = 0
        self._go = asyncio.Event()
        self._all_answered = asyncio.Event()
        self._all_answered.set()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self, port: int) -> None:
        self._server = await asyncio.start_server(self._serve, LOOPBACK, port, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self, grace_s: float) -> None:
        if self._server is None:
            return
        self._server.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_answered.wait(), grace_s)
        for writer in list(self._writers):
            writer.close()

    async def kill(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            with suppress(
                OSError, asyncio.IncompleteReadError, asyncio.CancelledError, TimeoutError
            ):
                while await self._answer(reader, writer):
                    pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        first = await asyncio.wait_for(reader.readexactly(1), self._keep_alive_s)
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode()
        self._count(1)
        self.requests += 1
        try:
            headers = _headers(head)
            if headers.get("upgrade") == "websocket":
                await self._echo(reader, writer)
                return False
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            path = head.split(" ")[1]
            if path.startswith("/slow/"):
                await asyncio.sleep(float(path.partition("?")[0].rpartition("/")[2]))
            if path == "/stream":
                await self._stream(writer)
                return False
            if path == "/stream/go":
                self._go.set()
            answer = f"{self.name}\n{len(body)}\n{head}".encode()
            sent = f"{headers['x-send']}\r\n".encode() if "x-send" in headers else b""
            writer.write(
                b"HTTP/1.1 200 OK\r\nServer: upstream/1.0\r\nX-Powered-By: asyncio\r\n%s"
                b"Content-Length: %d\r\n\r\n%s" % (sent, len(answer), answer)
            )
            await writer.drain()
            return True
        finally:
            self._count(-1)

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            b"Connection: close\r\n\r\ndata: first\n\n"
        )
        await writer.drain()
        await self._go.wait()
        writer.write(b"data: second\n\n")
        await writer.drain()

    async def _echo(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: %s\r\n\r\n" % ACCEPT.encode()
        )
        self.websockets += 1
        # An open WebSocket does not hold up a graceful stop for ever.
        self._count(-1)
        try:
            while data := await reader.read(4096):
                writer.write(self.name.encode() + b":" + data)
                await writer.drain()
        finally:
            self._count(1)
            self.websockets -= 1

    def _count(self, change: int) -> None:
        self._busy += change
        if self._busy:
            self._all_answered.clear()
        else:
            self._all_answered.set()


class Upstreams:
    """A thread with an event loop, and the servers in it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._servers: list[UpstreamServer] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            self.run(server.kill())
        self.run(_cancel_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, T], timeout_s: float = 60.0) -> T:
        """Run a coroutine in the servers' thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout_s)

    def start(
        self, name: str, port: int = 0, *, keep_alive_s: float | None = None
    ) -> UpstreamServer:
        """Start a server; `keep_alive_s`: it closes connections that are idle for so long."""
        server = UpstreamServer(name, keep_alive_s)
        self.run(server.start(port or free_port()))
        self._servers.append(server)
        return server

    def stop(self, server: UpstreamServer, grace_s: float = 5.0) -> None:
        self.run(server.stop(grace_s))

    def kill(self, server: UpstreamServer) -> None:
        self.run(server.kill())


async def _cancel_all() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _headers(head: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in head.split("\r\n")[1:] if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
