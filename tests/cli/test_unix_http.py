"""Answers of the daemon as commands read them, whole or not at all."""

from __future__ import annotations

import io

import pytest

from shipway.api.unix_http import BadAnswer, exchange, read_answer, request
from tests.cli.fake import FakeDaemon

OK = b"HTTP/1.1 200 OK\r\n"


def told(data: bytes) -> tuple[int, bytes]:
    return read_answer(io.BytesIO(data))


def test_an_answer_is_read_by_its_length_or_by_its_chunks() -> None:
    assert told(OK + b"Content-Length: 4\r\nX-Odd\r\n\r\nfine and more") == (200, b"fine")
    chunks = b"transfer-encoding: Chunked\r\n\r\n5;why=not\r\nfirst\r\nA\r\n, and then\r\n0\r\nX: 1\r\n\r\n"
    assert told(OK + chunks) == (200, b"first, and then")
    assert told(b"HTTP/1.1 422 \r\ncontent-length: 2\r\n\r\n{}") == (422, b"{}")
    assert told(b"HTTP/1.1 204 No Content\r\n\r\n") == (204, b"")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 200",
        b"220 ready\r\n",
        OK + b"Content-Length: 4\r\n",
        OK + b"Content-Length: 4\r\n\r\nfin",
        OK + b"Content-Length: -4\r\n\r\nfine",
        OK + b"\r\nfine, but of which length?",
        OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nfine\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nsome\r\nfine\r\n0\r\n\r\n",
        OK + b"A: b\r\n" * 200 + b"Content-Length: 0\r\n\r\n",
        OK + b"A: " + b"b" * 100_000 + b"\r\n\r\n",
    ],
)
def test_an_answer_that_is_cut_short_or_none_at_all_is_an_error(data: bytes) -> None:
    with pytest.raises(BadAnswer):
        told(data)


def test_what_is_asked_for_keeps_to_its_line() -> None:
    """A name with a blank or a letter beyond ASCII is quoted; what is quoted already stays."""
    sent = request("GET", "/p/a b/한?q=%20&r=1", {"X-Shipway-User": "kim"}, None)
    assert sent == (
        b"GET /p/a%20b/%ED%95%9C?q=%20&r=1 HTTP/1.1\r\n"
        b"Host: shipway\r\nX-Shipway-User: kim\r\nConnection: close\r\n\r\n"
    )
    assert request("POST", "/p\r\nX: 1", {}, b"{}").startswith(b"POST /p%0D%0AX:%201 HTTP/1.1\r\n")
    assert request("POST", "/p", {}, None).endswith(b"Content-Length: 0\r\n\r\n")
    with pytest.raises(BadAnswer):
        request("GET", "/", {"X-Shipway-User": "kim\r\nX-Other: 1"}, None)


def test_a_daemon_is_asked_over_its_socket(daemon: FakeDaemon) -> None:
    daemon.post("/things", {"made": True})
    status, body = exchange(
        str(daemon.socket),
        "POST",
        "/api/v1/things?now=true",
        headers={"X-Shipway-User": "kim"},
        body=b'{"name": "one"}',
        timeout_s=10,
    )
    assert (status, body) == (200, b'{"made": true}')
    (asked,) = daemon.asked
    assert (asked.body, asked.query, asked.user) == ({"name": "one"}, {"now": "true"}, "kim")
    daemon.stop()
    with pytest.raises(OSError, match="No such file"):
        exchange(str(daemon.socket), "GET", "/", headers={}, timeout_s=10)
