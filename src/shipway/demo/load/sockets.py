"""Holds WebSockets open, as browsers on the page do, and notes how each ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, WebSocketException

from shipway.demo.load.plan import LoadPlan
from shipway.demo.load.tally import Tally

RETRY_FIRST_S = 0.1
RETRY_MAX_S = 2.0
UNNAMED = "?"


async def hold_open(plan: LoadPlan, tally: Tally) -> None:
    """Keep one WebSocket open until cancelled; come back after a small pause when it ends."""
    pause = RETRY_FIRST_S
    while True:
        opened = await _hold_once(plan, tally)
        pause = RETRY_FIRST_S if opened else min(pause * 2, RETRY_MAX_S)
        await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads clients


async def _hold_once(plan: LoadPlan, tally: Tally) -> bool:
    """Open it, read until it ends; return whether it was opened."""
    try:
        socket = await connect(
            f"ws://{plan.named}{plan.websocket_path}",
            host=plan.host,
            port=plan.port,
            additional_headers=plan.further,
            open_timeout=plan.timeout_s,
            close_timeout=2,
            compression=None,
            proxy=None,
        )
    except (OSError, TimeoutError, WebSocketException) as error:
        tally.failed(_reason(error), "GET", plan.websocket_path)
        return False
    tally.websockets_opened += 1
    tally.websockets_open += 1
    try:
        await _read(socket, tally)
    finally:
        tally.websockets_open -= 1
        with contextlib.suppress(OSError, WebSocketException):
            await socket.close()
    return True


async def _read(socket: ClientConnection, tally: Tally) -> None:
    answer = socket.response
    release = (answer.headers.get("X-Release") if answer else None) or UNNAMED
    try:
        async for message in socket:
            tally.websocket_messages += 1
            if release == UNNAMED:
                release = _release_in(message) or UNNAMED
    except ConnectionClosed:
        pass
    # Only a frame that came from the other side counts; 1006 and its like are our own names
    # for a connection that ended without one.
    tally.websocket_closed(release, socket.close_code if _closed_properly(socket) else None)


def _closed_properly(socket: ClientConnection) -> bool:
    return socket.protocol.close_rcvd is not None


def _release_in(message: str | bytes) -> str | None:
    try:
        told = json.loads(message)
    except ValueError:
        return None
    release = told.get("release") if isinstance(told, dict) else None
    return release if isinstance(release, str) else None


def _reason(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "websocket-refused"
    if isinstance(error, TimeoutError):
        return "websocket-timeout"
    if isinstance(error, InvalidHandshake):
        response = getattr(error, "response", None)
        return f"websocket-status-{response.status_code}" if response else "websocket-handshake"
    return "websocket-reset"
