"""Reads one HTTP/1.1 answer as it comes in.

Knows the three ways in which a body ends (its length, chunks, the connection's end), so
that a body that was cut short is noticed.
"""

from __future__ import annotations

HEAD_BYTES_MAX = 64 * 1024
BODILESS = frozenset({204, 304})


class MalformedAnswerError(Exception):
    """What came is not HTTP, or has no end."""


class AnswerReader:
    """Takes bytes until one answer is whole."""

    __slots__ = ("_buffer", "_chunked", "_headers", "_left", "complete", "keeps_alive", "status")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._headers: dict[bytes, bytes] | None = None
        self._left: int | None = None  # None: until the connection ends
        self._chunked = False
        self.status = 0
        self.complete = False
        self.keeps_alive = True

    @property
    def begun(self) -> bool:
        """Return whether any byte of an answer has come."""
        return self._headers is not None or bool(self._buffer)

    def header(self, name: bytes) -> str | None:
        """Return a header's value by its lower-case name."""
        value = (self._headers or {}).get(name)
        return None if value is None else value.decode("latin-1")

    def feed(self, data: bytes) -> None:
        """Take what came; `complete` tells whether the answer is whole."""
        self._buffer += data
        if self._headers is None and not self._read_head():
            return
        if self._chunked:
            self._skip_chunks()
        elif self._left is None:
            self._buffer.clear()
        else:
            self._left -= len(self._buffer)
            self._buffer.clear()
            if self._left < 0:
                raise MalformedAnswerError("more came than the answer's length")
            self.complete = self._left == 0

    def end(self) -> bool:
        """Take the connection's end; return whether the answer is whole with it."""
        if self._headers is not None and not self._chunked and self._left is None:
            self.complete = True
        return self.complete

    def _read_head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > HEAD_BYTES_MAX:
                raise MalformedAnswerError("a head without an end")
            return False
        lines = bytes(self._buffer[:end]).split(b"\r\n")
        del self._buffer[: end + 4]
        version, _, rest = lines[0].partition(b" ")
        if not version.startswith(b"HTTP/1.") or not rest[:3].isdigit():
            raise MalformedAnswerError("no status line")
        self.status = int(rest[:3])
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(b":")
            headers[name.lower()] = value.strip()
        self._headers = headers
        connection = headers.get(b"connection", b"").lower()
        self.keeps_alive = version == b"HTTP/1.1" and b"close" not in connection
        self._chunked = b"chunked" in headers.get(b"transfer-encoding", b"").lower()
        if self.status in BODILESS:
            self._left = 0
        elif b"content-length" in headers and not self._chunked:
            if not headers[b"content-length"].isdigit():
                raise MalformedAnswerError("a length that is no number")
            self._left = int(headers[b"content-length"])
        return True

    def _skip_chunks(self) -> None:
        """Drop whole chunks from the buffer; trailers are not expected, only their end."""
        buffer = self._buffer
        while (line_end := buffer.find(b"\r\n")) >= 0:
            try:
                size = int(buffer[:line_end].partition(b";")[0], 16)
            except ValueError:
                raise MalformedAnswerError("a chunk without a size") from None
            whole = line_end + 2 + size + 2
            if len(buffer) < whole:
                return
            del buffer[:whole]
            if size == 0:
                self.complete = True
                return
