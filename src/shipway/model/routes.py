"""Which route takes a request.  Pure; the one choice for the ingress, for drills and for checks.

A host is looked for before no host; within each the longest path wins, in whole segments.

A path is looked up as the application will understand it: percent signs decoded, double
slashes merged, parameters after a semicolon left out; what climbs (`..`) is refused.  So
`/%61dmin` cannot go round the login of `/admin`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol, TypeVar
from urllib.parse import unquote

from shipway.model.application import Application, RouteRule

_PARAMETERS = re.compile(r";[^/]*")
_SLASHES = re.compile(r"//+")
_CLIMBS = re.compile(r"(^|/)\.\.?(/|$)")


class Routed(Protocol):
    """What says for which requests it is: `host` None: any; `path`: a prefix."""

    @property
    def host(self) -> str | None:
        """A lower-case name without port; None: any."""

    @property
    def path(self) -> str:
        """A prefix of whole segments."""


R = TypeVar("R", bound=Routed)


def choose(routes: Iterable[R], host: str | None, path: str) -> R | None:
    """Return the route that takes a request for `host` (with or without port) and `path`."""
    every, name, path = tuple(routes), _bare(host), understood(path)
    if _CLIMBS.search(path):
        return None
    for wanted in (name, None) if name else (None,):
        fitting = [one for one in every if one.host == wanted and within(path, one.path)]
        if fitting:
            return max(fitting, key=lambda one: len(closed(one.path)))
    return None


def rules_by_host(app: Application) -> tuple[RouteRule, ...]:
    """Return an environment's rules, each once for every host that it holds for.

    A rule without a host holds for each of the environment's hosts, but not where another
    rule takes the same path of that host by its name.
    """
    own = {(rule.host, closed(rule.path)) for rule in app.routes if rule.host is not None}
    found: list[RouteRule] = []
    for rule in app.routes:
        if rule.host is not None:
            found.append(rule)
            continue
        found += [
            replace(rule, host=host)
            for host in app.hosts or (None,)
            if (host, closed(rule.path)) not in own
        ]
    return tuple(found)


def understood(path: str) -> str:
    """Return the path as applications read it."""
    return _SLASHES.sub("/", _PARAMETERS.sub("", unquote(path, errors="replace")))


def within(path: str, prefix: str) -> bool:
    """Return whether `path` begins with `prefix`, in whole segments."""
    return (path + "/").startswith(closed(prefix))


def closed(path: str) -> str:
    """Return the path with one slash at its end."""
    return path.rstrip("/") + "/"


def _bare(host: str | None) -> str | None:
    if not host:
        return None
    name = host.lower()
    if not name.startswith("["):
        name = name.partition(":")[0]
    return name.rstrip(".")
