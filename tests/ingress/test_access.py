"""Reading the proxy's ring: what is new, and not at all where nothing has ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.ingress import access
from shipway.ingress.access import new_lines
from shipway.ingress.control import raw_answer
from shipway.ingress.haproxy import HAProxyIngress
from shipway.model.routing import Backend, IngressConfig, Listener, RequestTiming, Route
from tests.ingress.client import fetch
from tests.ingress.support import LOOPBACK, eventually, upstream
from tests.ingress.upstreams import Upstreams


@pytest.mark.parametrize(
    ("ring", "last", "found"),
    [
        (b"", None, []),
        (b"1 a\n2 b\n\n", None, [b"1 a", b"2 b"]),
        (b"1 a\n2 b\n\n", b"1 a", [b"2 b"]),
        (b"1 a\n2 b\n\n", b"2 b", []),
        (b"21 a\n1 a\n3 c\n", b"1 a", [b"3 c"]),
        (b"1 a\n21 a\n3 c\n", b"1 a", [b"21 a", b"3 c"]),
    ],
)
def test_what_is_behind_the_last_line_is_new(
    ring: bytes, last: bytes | None, found: list[bytes]
) -> None:
    assert new_lines(ring, last) == (found, False)


@pytest.mark.parametrize("ring", [b"8 h\n9 i\n", b"2 b c\n9 i\n", b"12 b\n9 i\n"])
def test_where_the_last_line_is_overtaken_all_is_new(ring: bytes) -> None:
    """It counts where it stands whole, not as the beginning or the end of another."""
    found, overtaken = new_lines(ring, b"2 b")
    assert overtaken
    assert found == ring.rstrip().split(b"\n")


def test_the_ring_is_left_alone_while_no_request_ends(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a megabyte once it is full: read every three seconds, a fifth of a daemon at rest."""
    asked: list[str] = []

    def spied(where: Path, pid: int, command: str) -> bytes:
        asked.append(command)
        return raw_answer(where, pid, command)

    monkeypatch.setattr(access, "raw_answer", spied)
    server = upstreams.start("one")
    backend = Backend(id="app", upstreams=(upstream("r1-1", server.port),))
    listener = Listener(port=port, address=LOOPBACK, routes=(Route(backend="app"),))
    ingress.apply(IngressConfig(listeners=(listener,), backends=(backend,)))

    def rests() -> bool:
        asked.clear()
        ingress.timings()
        return access.SHOW not in asked

    def came() -> bool:
        found.extend(ingress.timings().requests)
        return bool(found)

    found: list[RequestTiming] = []
    for path in ("/first", "/second"):
        found.clear()
        assert fetch(port, path).status == 200
        assert eventually(came)
        assert [one.path for one in found] == [path]
        assert eventually(rests)
        assert all(rests() for _ in range(5))
