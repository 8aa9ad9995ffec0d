"""uvicorn, which sleeps while nobody asks: its own wakes ten times a second to look at the clock.

Invariant: `should_exit` ends it at once, whichever thread or signal sets it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from email.utils import formatdate
from typing import Any

from uvicorn.config import Config
from uvicorn.server import Server as Uvicorn
from uvicorn.server import ServerState


class Server(Uvicorn):
    """Serves until `should_exit`; settings: uvicorn's."""

    def __init__(self, **settings: Any) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()
        self._leaving = False
        super().__init__(
            Config(app="", log_config=None, access_log=False, lifespan="off", ws="none", **settings)
        )
        self.server_state = _State(self.config)

    @property
    def should_exit(self) -> bool:
        """Return whether it is to end."""
        return self._leaving

    @should_exit.setter
    def should_exit(self, leaving: bool) -> None:
        self._leaving = leaving
        if leaving and self._loop is not None:
            with suppress(RuntimeError):  # it has ended
                self._loop.call_soon_threadsafe(self._ended.set)

    async def main_loop(self) -> None:
        """Wait for the end."""
        self._loop = asyncio.get_running_loop()
        if not self._leaving:
            await self._ended.wait()


class _State(ServerState):
    """Tells the date of each answer when it is given, so that no clock has to run."""

    def __init__(self, config: Config) -> None:
        self._config = config
        super().__init__()

    @property
    def default_headers(self) -> list[tuple[bytes, bytes]]:
        """Return the headers of an answer that is given now."""
        return [(b"date", formatdate(usegmt=True).encode()), *self._config.encoded_headers]

    @default_headers.setter
    def default_headers(self, _headers: list[tuple[bytes, bytes]]) -> None:
        """Leave what uvicorn would keep up to date."""
