"""The dashboard's own files: style, scripts, icon.  Only those that are listed are served."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources

from starlette.responses import Response

from shipway.api.late import Routes
from shipway.errors import Problem

router = Routes()

TYPES = {
    "style.css": "text/css",
    "app.js": "text/javascript",
    "icon.svg": "image/svg+xml",
    # https://www.npmjs.com/package/htmx.org and htmx-ext-sse, as published; see licenses/
    "htmx-2.0.11.min.js": "text/javascript",
    "htmx-ext-sse-2.2.4.min.js": "text/javascript",
}


@cache
def content(name: str) -> bytes:
    """Return a file's bytes."""
    return resources.files("shipway.web").joinpath("static", name).read_bytes()


@cache
def address(name: str) -> str:
    """Return the address of a file, another one whenever its content is."""
    return f"/static/{name}?v={hashlib.sha256(content(name)).hexdigest()[:12]}"


@router.get("/static/{name}")
def static(name: str) -> Response:
    """Return a file that a browser may keep for ever."""
    if name not in TYPES:
        raise Problem("not-found", "there is nothing at this address.")
    return Response(
        content(name),
        media_type=TYPES[name],
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )
