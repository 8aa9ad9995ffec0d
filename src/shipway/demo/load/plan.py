"""What is asked for: how much load, on what, for how long; every figure has a cap."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from shipway.errors import Problem

RATE_MAX = 5_000.0
SECONDS_MAX = 4 * 3600.0
WEBSOCKETS_MAX = 1_000
CONNECTIONS_MAX = 1_000

NOTICES = (
    ("점심 같이 드실 분? · Lunch, anyone?", "12시 10분, 로비에서 만나요. Ten past twelve, lobby."),
    ("우산 찾아가세요 · An umbrella was found", "3층 회의실, 파란색. Third floor, blue."),
    ("새 동료가 왔어요 · A new colleague", "서연 님, 환영합니다! Welcome, Seoyeon!"),
    ("커피 원두 바꿔 볼까요? · Other coffee beans?", "이번 달은 에티오피아로. Ethiopia this time."),
    ("주차장 공사 · Works in the car park", "금요일까지 B2를 써 주세요. Use B2 until Friday."),
    ("책 나눔 · Books to give away", "창가 책장에 두었습니다. On the shelf by the window."),
    ("릴리스 축하합니다 · The release is out", "아무도 눈치채지 못했어요. Nobody noticed."),
    ("달리기 모임 · Running club", "목요일 저녁 7시, 강변. Thursday at seven, by the river."),
)
KINDS = ("notice", "idea", "question")


def sample_posts() -> tuple[bytes, ...]:
    """Return the bodies of POSTs, taken in turn: notices as people would write them."""
    return tuple(
        json.dumps(
            {"title": title, "body": body, "author": "load", "kind": KINDS[index % len(KINDS)]},
            ensure_ascii=False,
        ).encode()
        for index, (title, body) in enumerate(NOTICES)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """A constant load.

    base: where it goes; only this machine's loopback, unless its host is in `allow_hosts`.
    rate: requests a second, slow ones and WebSockets apart; sent when they are due, however
    slow the answers are.
    post_share: how many of them are POSTs of `posts` to `post_path`, the others are GETs of
    `paths` in turn.  slow_every_s: seconds between GETs of `slow_path`; 0: none.
    websockets: how many are held open on `websocket_path`.
    seconds: how long at most.  connections: how many keep-alive connections take turns.
    timeout_s: how long one answer may take, to its last byte.
    headers: go with every request and WebSocket; a `Host` replaces the address' own.
    """

    base: str
    rate: float = 100.0
    websockets: int = 10
    post_share: float = 0.2
    slow_every_s: float = 5.0
    seconds: float = 600.0
    paths: tuple[str, ...] = ("/api/cards", "/api/cards", "/api/cards", "/")
    post_path: str = "/api/cards"
    posts: tuple[bytes, ...] = sample_posts()
    slow_path: str = "/api/slow?seconds=2"
    websocket_path: str = "/ws/feed"
    connections: int = 16
    timeout_s: float = 10.0
    allow_hosts: Sequence[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise Problem `load-invalid` or `load-target-refused`."""
        within("rate", self.rate, 0, RATE_MAX)
        within("seconds", self.seconds, 0, SECONDS_MAX)
        within("websockets", self.websockets, 0, WEBSOCKETS_MAX)
        within("post share", self.post_share, 0, 1)
        within("seconds between slow requests", self.slow_every_s, 0, SECONDS_MAX)
        within("connections", self.connections, 1, CONNECTIONS_MAX)
        within("timeout", self.timeout_s, 0.01, 600)
        for path in (*self.paths, self.post_path, self.slow_path, self.websocket_path):
            if not path.startswith("/") or not path.isascii() or any(c <= " " for c in path):
                raise Problem("load-invalid", f"{path!r} is no path of a URL.")
        for name, value in self.headers.items():
            if not (name + value).isascii() or any(c < " " for c in name + value):
                raise Problem("load-invalid", f"{name!r} is no header that can be sent.")
        check_target(self.url, self.allow_hosts)

    @property
    def url(self) -> SplitResult:
        """Return `base` in its parts."""
        return urlsplit(self.base)

    @property
    def host(self) -> str:
        """Return the host to connect to."""
        return self.url.hostname or ""

    @property
    def named(self) -> str:
        """Return the host that requests ask for."""
        return self.headers.get("Host", self.url.netloc)

    @property
    def further(self) -> dict[str, str]:
        """Return the headers other than Host."""
        return {name: value for name, value in self.headers.items() if name != "Host"}

    @property
    def port(self) -> int:
        """Return the port to connect to."""
        return self.url.port or 80


def within(what: str, value: float, low: float, high: float) -> None:
    """Raise Problem `load-invalid` where `value` is out of bounds."""
    if not low <= value <= high:
        raise Problem(
            "load-invalid", f"the load's {what} is {value:g}: it must lie in {low:g} to {high:g}."
        )


def check_target(url: SplitResult, allow_hosts: Sequence[str]) -> None:
    """Raise Problem `load-target-refused` unless the load may go there."""
    if url.scheme != "http" or not url.hostname or url.path.strip("/") or url.query:
        raise Problem(
            "load-target-refused",
            f"{url.geturl()!r} is no target for a load: it must look like http://HOST:PORT.",
            hints=["--base http://127.0.0.1:4500"],
        )
    if not is_loopback(url.hostname) and url.hostname not in allow_hosts:
        raise Problem(
            "load-target-refused",
            f"{url.hostname} is not this machine's loopback; a load on it must be allowed by name.",
            hints=[f"--allow-host {url.hostname}, where the server is yours"],
        )


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine's loopback, without asking a resolver."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
