"""What became of the load: plain values, and their JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failed request; `at` in seconds since the epoch.

    reason: `refused`, `reset`, `closed` (before an answer began), `timeout`, `short-body`,
    `status-503`, `malformed`, `saturated` (too many wait already), `websocket-…`.
    """

    at: float
    reason: str
    method: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSeen:
    """When a release answered, in seconds since the epoch, and how often."""

    first_at: float
    last_at: float
    answers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketClose:
    """The server's end of a WebSocket; `code` None: cut without a close frame."""

    at: float
    release: str
    code: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """The account, so far or final.

    Times are in seconds since the epoch.  A request counts once it is answered or failed;
    `requests_open` are still under way.  A WebSocket that could not be opened is a failed
    request too.  An answer with a status of 400 or more is a failed one.  latency_ms: `p50`, `p95`, `p99`, `max` of the
    answered ones from the moment they were due, slow requests left out.  late_max_ms: how
    late the load itself was, where the machine is too busy to keep the rate.
    per_second: for each second, how many were answered and how many failed.
    """

    began_at: float
    ended_at: float
    requests_total: int
    requests_failed: int
    requests_open: int
    posts_total: int
    slow_total: int
    failures: Mapping[str, int]
    examples: tuple[Failure, ...]
    latency_ms: Mapping[str, float]
    late_max_ms: float
    connections_opened: int
    releases: Mapping[str, ReleaseSeen]
    websockets_opened: int
    websockets_open: int
    websockets_cut_early: int
    websocket_messages: int
    websocket_closes: tuple[SocketClose, ...]
    per_second: tuple[tuple[int, int], ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the form that `--out` writes."""
        return asdict(self)
