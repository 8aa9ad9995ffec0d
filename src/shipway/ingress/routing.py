"""Which route takes a request: as a plain function, and as a map file for HAProxy.

A host is looked for before no host; within each the longest path wins, in whole segments.

A path is looked up as the application will understand it: percent signs decoded, double
slashes merged, parameters after a semicolon left out; what climbs (`..`) is refused.  So
`/%61dmin` cannot go round the login of `/admin`.  It is passed on as it came.

In the map file a key is host (or `*`), path and a closing slash, and the request's path
gets a closing slash before it is looked up.  So a plain longest-prefix lookup in a tree
(`map_beg`, one descent for 1,000 routes) respects segments: `/apix/` does not begin with
`/api/`, while `/api/` and `/api/x/` do.

A map is replaced by a reload, never in a running worker: HAProxy 2.6's `prepare map` /
`commit map` misses a lookup whose longest prefix is an entry that is not committed yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from shipway.model.routing import IngressConfig, Listener, Route, RoutePolicy

ANY_HOST = "*"
HTTPS = "https:"
"""In a map, in the place of a backend: the client is sent to this port by HTTPS."""

_PARAMETERS = re.compile(r";[^/]*")
_SLASHES = re.compile(r"//+")
_CLIMBS = re.compile(r"(^|/)\.\.?(/|$)")


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


def choose_route(listener: Listener, host: str | None, path: str) -> Route | None:
    """Return the route that takes a request for `host` (with or without port) and `path`."""
    name, path = _bare_host(host), understood(path)
    if _CLIMBS.search(path):
        return None
    for wanted in (name, None) if name else (None,):
        fitting = [
            route for route in listener.routes if route.host == wanted and within(path, route.path)
        ]
        if fitting:
            return max(fitting, key=lambda route: len(_closed(route.path)))
    return None


def understood(path: str) -> str:
    """Return the path as applications read it."""
    return _SLASHES.sub("/", _PARAMETERS.sub("", unquote(path, errors="replace")))


def render_map(routes: Iterable[Route], numbers: Mapping[str, Sequence[Kind]]) -> str:
    """Return the map file: `host/path/ backend|segments to strip|what is stripped|policy`."""
    lines = sorted(
        f"{route.host or ANY_HOST}{_closed(route.path)} {_target(route, numbers)}"
        for route in routes
    )
    return "".join(f"{line}\n" for line in lines)


def _target(route: Route, numbers: Mapping[str, Sequence[Kind]]) -> str:
    if route.https_port:
        return f"{HTTPS}{route.https_port}|0||0"
    number = numbers[route.backend].index(kind_of(route))
    return f"{route.backend}|{stripped_segments(route)}|{route.strip.rstrip('/')}|{number}"


def stripped_segments(route: Route) -> int:
    """Return how many leading segments of the path are removed on the way."""
    prefix = route.strip.strip("/")
    return prefix.count("/") + 1 if prefix else 0


def within(path: str, prefix: str) -> bool:
    """Return whether `path` begins with `prefix`, in whole segments."""
    return (path + "/").startswith(_closed(prefix))


def _closed(path: str) -> str:
    return path.rstrip("/") + "/"


def _bare_host(host: str | None) -> str | None:
    if not host:
        return None
    name = host.lower()
    if not name.startswith("["):
        name = name.partition(":")[0]
    return name.rstrip(".")
