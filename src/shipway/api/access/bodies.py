"""A request's body, read before the application sees it: whole, bounded, and given again."""

from __future__ import annotations

from starlette.types import Message, Receive

from shipway.api.access.refused import Refused
from shipway.errors import Problem

BODY_BYTES_MAX = 1024 * 1024


async def read_body(receive: Receive) -> bytes:
    """Return the body.  Raises Refused where it is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_BYTES_MAX:
            raise Refused(413, Problem("too-large", "this request is larger than 1 MB."))
        if not message.get("more_body"):
            return b"".join(parts)


def replay(body: bytes, rest: Receive) -> Receive:
    """Return a `receive` that gives the body once, then what comes after it."""
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            return await rest()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
