"""Servers that misbehave in known ways, each in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from websockets.asyncio.server import ServerConnection, serve

ANSWER = b"HTTP/1.1 200 OK\r\nX-Release: r7\r\nContent-Length: 2\r\n\r\nok"

Handler = Callable[[asyncio.StreamWriter], Awaitable[bool]]


@contextmanager
def in_thread(make: Callable[[], AsyncIterator[int]]) -> Iterator[str]:
    """Run an async context that yields a port; yield the base URL."""
    started: list[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = []
    ready = threading.Event()

    async def main() -> None:
        done = asyncio.Event()
        async with asynccontextmanager(make)() as port:
            started.append((port, asyncio.get_running_loop(), done))
            ready.set()
            await done.wait()

    thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
    thread.start()
    assert ready.wait(10)
    port, loop, done = started[0]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(10)


@contextmanager
def http_server() -> Iterator[str]:
    """Serve the paths of HANDLERS."""

    async def make() -> AsyncIterator[int]:
        server = await asyncio.start_server(_serve, "127.0.0.1", 0)
        async with server:
            yield server.sockets[0].getsockname()[1]
            server.close()

    with in_thread(make) as base:
        yield base


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            for line in head.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    await reader.readexactly(int(line.partition(b":")[2]))
            if not await HANDLERS[head.split(b" ")[1].decode()](writer):
                return
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def _good(writer: asyncio.StreamWriter) -> bool:
    writer.write(ANSWER)
    return True


async def _good_then_fin(writer: asyncio.StreamWriter) -> bool:
    """Answer as if the connection went on, then end it: a race that clients must see."""
    writer.write(ANSWER)
    return False


async def _chunks(writer: asyncio.StreamWriter) -> bool:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Release: r7\r\nTransfer-Encoding: chunked\r\n\r\n2\r\no")
    await writer.drain()
    await asyncio.sleep(0)
    writer.write(b"k\r\n0\r\n\r\n")
    return True


async def _until_end(writer: asyncio.StreamWriter) -> bool:
    writer.write(b"HTTP/1.0 200 OK\r\nX-Release: r7\r\n\r\nas long as it lasts")
    return False


async def _broken(writer: asyncio.StreamWriter) -> bool:
    writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
    return True


async def _short(writer: asyncio.StreamWriter) -> bool:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot a hundred")
    return False


async def _reset(writer: asyncio.StreamWriter) -> bool:
    """End with an RST instead of a FIN."""
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


async def _closed(_: asyncio.StreamWriter) -> bool:
    return False


async def _silent(_: asyncio.StreamWriter) -> bool:
    return True


async def _nonsense(writer: asyncio.StreamWriter) -> bool:
    writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
    return False


async def _late(writer: asyncio.StreamWriter) -> bool:
    await asyncio.sleep(0.4)
    return await _good(writer)


HANDLERS: dict[str, Handler] = {
    "/good": _good,
    "/good-then-fin": _good_then_fin,
    "/chunks": _chunks,
    "/until-end": _until_end,
    "/broken": _broken,
    "/short": _short,
    "/reset": _reset,
    "/closed": _closed,
    "/silent": _silent,
    "/nonsense": _nonsense,
    "/late": _late,
}


@contextmanager
def websocket_server(end: Callable[[ServerConnection], Awaitable[None]]) -> Iterator[str]:
    """Say hello on every WebSocket, then do `end` with the first; the others stay open."""
    met: list[ServerConnection] = []

    async def handle(connection: ServerConnection) -> None:
        met.append(connection)
        await connection.send('{"type":"hello","release":"r7"}')
        if len(met) == 1:
            await end(connection)
        await connection.wait_closed()

    async def make() -> AsyncIterator[int]:
        async with serve(handle, "127.0.0.1", 0) as server:
            yield next(iter(server.sockets)).getsockname()[1]

    with in_thread(make) as base:
        yield base
