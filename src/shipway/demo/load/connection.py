"""A keep-alive connection: one request at a time, as browsers and HTTP clients do it."""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable

from shipway.demo.load.answer import AnswerReader, MalformedAnswerError

Done = Callable[[AnswerReader, str | None], None]
"""Takes the answer, and the reason where the request failed."""


class Connection(asyncio.Protocol):
    """Sends one request after the other; tells of each how it ended."""

    def __init__(self, on_idle: Callable[[Connection], None]) -> None:
        self._on_idle = on_idle
        self._transport: asyncio.Transport | None = None
        self._poll = select.poll()
        self._reader = AnswerReader()
        self._done: Done | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what asyncio promises
        self._transport = transport
        self._poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)

    def usable(self) -> bool:
        """Return whether the next request may go over it.

        Asks the kernel: a FIN that has arrived but was not read yet makes an idle
        connection readable, and a client that ignores it blames the server for its own race.
        """
        if self._transport is None or self._transport.is_closing():
            return False
        if self._poll.poll(0):
            self.close()
            return False
        return True

    def send(self, request: bytes, timeout_s: float, done: Done) -> None:
        """Send a request; `done` is called once, whatever happens."""
        assert self._transport is not None  # noqa: S101 - `usable` was asked
        self._reader = AnswerReader()
        self._done = done
        self._deadline = asyncio.get_running_loop().call_later(timeout_s, self._fail, "timeout")
        self._transport.write(request)

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Read the answer on."""
        if self._done is None:  # nothing was asked: whatever it is, it ends here
            self.close()
            return
        try:
            self._reader.feed(data)
        except MalformedAnswerError:
            self._fail("malformed")
            return
        if self._reader.complete:
            self._finish(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Judge what the connection's end means for the request under way."""
        self._transport = None
        if self._done is None:
            return
        if exc is None and self._reader.end():
            self._finish(None)
        elif self._reader.begun:
            self._finish("short-body")
        else:
            self._finish("reset" if exc is not None else "closed")

    def _fail(self, reason: str) -> None:
        self._finish(reason)
        self.close()

    def _finish(self, reason: str | None) -> None:
        done, self._done = self._done, None
        if self._deadline is not None:
            self._deadline.cancel()
        if reason is None and self._transport is not None:
            if self._reader.keeps_alive:
                self._on_idle(self)
            else:
                self.close()
        if done is not None:
            done(self._reader, reason)
