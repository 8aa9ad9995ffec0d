"""Which route takes a request: as a plain function, and as a map file for HAProxy.

A host is looked for before no host; within each the longest path wins, in whole segments.

In the map file a key is host (or `*`), path and a closing slash, and the request's path
gets a closing slash before it is looked up.  So a plain longest-prefix lookup in a tree
(`map_beg`, one descent for 1,000 routes) respects segments: `/apix/` does not begin with
`/api/`, while `/api/` and `/api/x/` do.

A map is replaced by a reload, never in a running worker: HAProxy 2.6's `prepare map` /
`commit map` misses a lookup whose longest prefix is an entry that is not committed yet.
"""

from __future__ import annotations

from collections.abc import Sequence

from shipway.model.routing import Listener, Route

ANY_HOST = "*"


def choose_route(listener: Listener, host: str | None, path: str) -> Route | None:
    """Return the route that takes a request for `host` (with or without port) and `path`."""
    name = _bare_host(host)
    for wanted in (name, None) if name else (None,):
        fitting = [
            route for route in listener.routes if route.host == wanted and within(path, route.path)
        ]
        if fitting:
            return max(fitting, key=lambda route: len(_closed(route.path)))
    return None


def render_map(routes: Sequence[Route]) -> str:
    """Return the map file: `host/path/ backend|segments to strip|what is stripped`."""
    lines = sorted(
        f"{route.host or ANY_HOST}{_closed(route.path)} "
        f"{route.backend}|{stripped_segments(route)}|{route.strip.rstrip('/')}"
        for route in routes
    )
    return "".join(f"{line}\n" for line in lines)


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
