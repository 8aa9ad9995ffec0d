"""The second look, behind the router: the route that answers is the one that the gate judged."""

from __future__ import annotations

from fastapi import Request

from shipway.api.access.gate import NEED, PRINCIPAL
from shipway.api.access.table import Need
from shipway.errors import Problem
from shipway.model.access import Entrance, Principal


def guard(request: Request) -> None:
    """Refuse what came neither over the socket nor through the gate by this very route.

    A table line like `/rollouts/{identifier}` must not open a route `/rollouts/everything`
    that has no line of its own.
    """
    principal: Principal | None = request.scope.get(PRINCIPAL)
    if principal is not None and principal.entrance is Entrance.SOCKET:
        return
    need: Need | None = request.scope.get(NEED)
    if need is None or need.path != route_path(request):
        raise Problem("not-found", "there is nothing at this address.")


def route_path(request: Request) -> str:
    """Return the pattern of the route that answers."""
    # FastAPI keeps routers as they are and tells the whole path of a route beside it
    whole = (request.scope.get("fastapi") or {}).get("effective_route_context")
    return str(getattr(whole or request.scope.get("route"), "path", ""))
