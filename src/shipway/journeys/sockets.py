"""The WebSockets of one journey: opened by name, kept, and closed at its end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as connect_websocket

from shipway.journeys.judge import wrong_in
from shipway.journeys.target import Target
from shipway.journeys.trust import refusal
from shipway.journeys.web import connect
from shipway.model.journey import Expect
from shipway.model.words import plural

MESSAGES_SHOWN = 3
MESSAGE_BYTES_MAX = 1_048_576
WAIT_S = 10.0
PATIENCE_S = 0.25


class Trouble(Exception):  # noqa: N818 - the step's own words
    """What went wrong at a WebSocket; lines are what was received."""

    def __init__(self, wrong: str, received: tuple[str, ...] = ()) -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.received = received


class Sockets:
    """Open WebSockets by name."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._open: dict[str, ClientConnection] = {}
        self._held: dict[str, ExitStack] = {}

    def connect(
        self, name: str, path: str, headers: Mapping[str, str], *, timeout_s: float
    ) -> None:
        """Open one; raises Trouble."""
        self.close(name)
        target = self._target
        scheme = "wss" if target.tls else "ws"
        try:
            plain = connect(target, timeout_s)
        except OSError as error:
            raise Trouble(refusal(error)) from None
        try:
            # TLS, where there is some, is spoken already
            opened = connect_websocket(
                f"ws://{target.authority}{path}",
                sock=plain,
                additional_headers=dict(headers),
                open_timeout=timeout_s,
                close_timeout=1.0,
                max_size=MESSAGE_BYTES_MAX,
                proxy=None,
                compression=None,
                origin=None,
            )
            self._held[name] = stack = ExitStack()
            self._open[name] = stack.enter_context(opened)
        except (InvalidHandshake, OSError, EOFError) as error:
            plain.close()
            raise Trouble(f"the {scheme} handshake failed: {error}") from None

    def send(self, name: str, message: Any) -> None:
        """Send text, or a value as JSON."""
        text = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
        try:
            self._of(name).send(text)
        except ConnectionClosed as error:
            raise Trouble(f"the WebSocket is closed: {error}") from None

    def receive(self, name: str, expect: Expect, *, cancelled: Callable[[], bool]) -> str:
        """Return the first message that is as expected; others are passed over."""
        socket, until = self._of(name), time.monotonic() + (expect.within_s or WAIT_S)
        received: list[str] = []
        while True:
            left = until - time.monotonic()
            if left <= 0 or cancelled():
                heard = f"{plural(len(received), 'other')} came" if received else "nothing came"
                raise Trouble(
                    f"no such message within {expect.within_s or WAIT_S:g} s; {heard}",
                    tuple(received[-MESSAGES_SHOWN:]),
                )
            try:
                message = socket.recv(timeout=min(left, PATIENCE_S))
            except TimeoutError:
                continue
            except ConnectionClosed as error:
                raise Trouble(f"the WebSocket was closed: {error}", tuple(received)) from None
            text = message if isinstance(message, str) else message.decode("utf-8", "replace")
            if not wrong_in(text, expect):
                return text
            received.append(text)

    def close(self, name: str) -> None:
        """Close one, if it is open."""
        self._open.pop(name, None)
        held = self._held.pop(name, None)
        if held is not None:
            held.close()

    def close_all(self) -> None:
        """Close all."""
        for name in tuple(self._open):
            self.close(name)

    def _of(self, name: str) -> ClientConnection:
        if name not in self._open:
            raise Trouble(f"there is no open WebSocket called {name}")
        return self._open[name]
