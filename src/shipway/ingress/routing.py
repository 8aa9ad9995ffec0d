"""Routes as a map file for HAProxy, and the kinds of their policies.  Pure.

Which route takes a request is said in `model.routes`; the map gives the same answers.

In the map file a key is host (or nothing), path and a closing slash, and the request's path
gets a closing slash before it is looked up.  So a plain longest-prefix lookup in a tree
(`map_beg`, one descent for 1,000 routes) respects segments: `/apix/` does not begin with
`/api/`, while `/api/` and `/api/x/` do.  A path is passed on as it came.

A map is replaced by a reload, never in a running worker: HAProxy 2.6's `prepare map` /
`commit map` misses a lookup whose longest prefix is an entry that is not committed yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shipway.model.routes import closed
from shipway.model.routing import IngressConfig, Route, RoutePolicy

HTTPS = "https:"
"""In a map, in the place of a backend: the client is sent to this port by HTTPS."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Routes that share a policy; with a rate limit, each path has a bucket of its own."""

    policy: RoutePolicy
    path: str = ""


def kinds(config: IngressConfig) -> dict[str, tuple[Kind, ...]]:
    """Return the kinds of each backend's routes; the place of one is its number."""
    found: dict[str, set[Kind]] = {}
    for listener in config.listeners:
        for route in listener.routes:
            if not route.https_port:
                found.setdefault(route.backend, set()).add(kind_of(route))
    return {
        backend: tuple(sorted(some, key=lambda kind: (kind.path, repr(kind.policy))))
        for backend, some in found.items()
    }


def kind_of(route: Route) -> Kind:
    """Return the kind of a route."""
    return Kind(route.policy, route.path if route.policy.rate else "")


def render_map(
    routes: Iterable[Route], numbers: Mapping[str, Sequence[Kind]], port: str = ""
) -> str:
    """Return the map file: `host/path/ backend|segments to strip|what is stripped|policy`.

    port: what browsers write behind the host, `:4400`; such a key is there, too.
    """
    lines = set()
    for route in routes:
        path, target = closed(route.path), _target(route, numbers)
        host = route.host or ""
        lines |= {f"{name}{path} {target}" for name in (host, host and host + port)}
    return "".join(f"{line}\n" for line in sorted(lines))


def _target(route: Route, numbers: Mapping[str, Sequence[Kind]]) -> str:
    if route.https_port:
        return f"{HTTPS}{route.https_port}|0||0"
    number = numbers[route.backend].index(kind_of(route))
    return f"{route.backend}|{stripped_segments(route)}|{route.strip.rstrip('/')}|{number}"


def stripped_segments(route: Route) -> int:
    """Return how many leading segments of the path are removed on the way."""
    prefix = route.strip.strip("/")
    return prefix.count("/") + 1 if prefix else 0
