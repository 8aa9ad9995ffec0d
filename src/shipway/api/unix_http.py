"""One question to the daemon over its unix socket, and the whole answer: HTTP/1.1, RFC 9112.

The standard library's client brings e-mail and TLS along and takes longer to import than the
daemon to answer, so commands that ask and tell read the few lines of an answer themselves.  It
knows answers with a length and answers in chunks, which is what the daemon gives; streams,
other machines and whatever else needs a real client are the standard library's (`streaming`).
Invariant: an answer that was cut short is an error, never a shorter answer.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import IO
from urllib.parse import quote

LINE_BYTES_MAX = 65_536
HEADERS_MAX = 100
SAID = "/?&=%:@+,;~!*'()$#[]"
"""What stands in a target as it is: it may be quoted already, and its query always is."""
WITHOUT_BODY = frozenset({204, 304})


class BadAnswer(ValueError):  # noqa: N818 - the daemon's, not an error of the caller
    """What came is no whole answer."""


def exchange(
    path: str,
    method: str,
    target: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    timeout_s: float | None = None,
) -> tuple[int, bytes]:
    """Return (status, body) of the answer at the socket `path`.  Raises OSError, BadAnswer.

    timeout_s: of each wait for the daemon, as the standard library counts it.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout_s)
        connection.connect(path)
        connection.sendall(request(method, target, headers, body))
        with connection.makefile("rb") as stream:
            return read_answer(stream)


def request(method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
    """Return the request as it is sent.  Pure; raises ValueError where a header breaks its line."""
    given = {"Host": "shipway", **headers, "Connection": "close"}
    if body is not None or method == "POST":
        given["Content-Length"] = str(len(body or b""))
    lines = [
        f"{method} {quote(target, safe=SAID)} HTTP/1.1",
        *(f"{name}: {value}" for name, value in given.items()),
    ]
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) - 1:
        raise BadAnswer("a line break in a header")
    return f"{head}\r\n\r\n".encode("ascii") + (body or b"")


def read_answer(stream: IO[bytes]) -> tuple[int, bytes]:
    """Return (status, body).  Raises OSError, BadAnswer."""
    status = _status(_line(stream))
    headers = _headers(stream)
    if status in WITHOUT_BODY:
        return status, b""
    if headers.get(b"transfer-encoding", b"").lower() == b"chunked":
        return status, _chunks(stream)
    length = headers.get(b"content-length", b"")
    if not length.isdigit():
        raise BadAnswer("an answer without a length")
    return status, _exactly(stream, int(length))


def _status(line: bytes) -> int:
    version, _, rest = line.partition(b" ")
    code = rest[:3]
    if not version.startswith(b"HTTP/1.") or not code.isdigit():
        raise BadAnswer(f"this is no answer: {line[:80]!r}")
    return int(code)


def _headers(stream: IO[bytes]) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for _ in range(HEADERS_MAX):
        line = _line(stream)
        if not line:
            return found
        name, _colon, value = line.partition(b":")
        found[name.lower()] = value.strip()
    raise BadAnswer("an answer with too many headers")


def _chunks(stream: IO[bytes]) -> bytes:
    pieces: list[bytes] = []
    while size := _size(_line(stream)):
        pieces.append(_exactly(stream, size))
        if _line(stream):
            raise BadAnswer("a chunk that is longer than it says")
    while _line(stream):  # trailers
        pass
    return b"".join(pieces)


def _size(line: bytes) -> int:
    try:
        return int(line.partition(b";")[0], 16)
    except ValueError:
        raise BadAnswer(f"a chunk without a size: {line[:80]!r}") from None


def _line(stream: IO[bytes]) -> bytes:
    line = stream.readline(LINE_BYTES_MAX)
    if not line.endswith(b"\n"):
        raise BadAnswer("the daemon ended in the middle of its answer" if line else "no answer")
    return line.rstrip(b"\r\n")


def _exactly(stream: IO[bytes], size: int) -> bytes:
    found = stream.read(size)
    if len(found) < size:
        raise BadAnswer(f"{len(found)} bytes of {size} came")
    return found
