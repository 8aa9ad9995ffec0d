"""Who did what, and when."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from shipway.api.late import Routes
from shipway.api.routes.common import Services
from shipway.web.render import page

router = Routes()


@router.get("/audit")
def audit(
    request: Request,
    service: Services,
    of: Annotated[str, Query(max_length=48)] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """Show the trail, newest first."""
    entries = service.world.store.audit.recent(project=of or None, limit=limit)
    return page(request.scope, "audit.html", area="audit", entries=entries, of=of, limit=limit)
