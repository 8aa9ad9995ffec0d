"""Directories whose files nginx serves itself, for `root` and `alias`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from shipway.nginx.reader import Directive

CHALLENGES = "/.well-known/acme-challenge"
_ELSEWHERE = frozenset(
    {"proxy_pass", "fastcgi_pass", "uwsgi_pass", "grpc_pass", "scgi_pass", "return"}
)


def served(servers: Iterable[Directive]) -> Iterator[str]:
    """Yield them; not those of certificates' challenges, which are Shipway's own affair."""
    for server in servers:
        root = next((item.args[0] for item in server.block if _is(item, "root")), "")
        for location in server.all("location"):
            path = location.args[-1] if location.args else "/"
            if not path.startswith("/") or path.startswith(CHALLENGES):
                continue
            alias = next((item.args[0] for item in location.block if _is(item, "alias")), "")
            own = next((item.args[0] for item in location.block if _is(item, "root")), root)
            passed = any(item.name in _ELSEWHERE for item in location.block)
            if alias:
                yield posixpath.normpath(alias)
            elif own and not passed:
                yield posixpath.normpath(f"{own}/{path}")


def _is(item: Directive, name: str) -> bool:
    return item.name == name and bool(item.args)
