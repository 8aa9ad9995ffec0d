"""Pages: the board, its health, and the files that the page needs."""

from __future__ import annotations

import contextlib
from datetime import datetime
from pathlib import Path

import httpx
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from board_web.release import ReleaseHeader
from board_web.settings import API_URL, RELEASE

HERE = Path(__file__).parent
CARDS_SHOWN = 24

pages = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape(), auto_reload=False
)
pages.filters["clock"] = lambda value: datetime.fromisoformat(value).astimezone().strftime("%H:%M")
board_page = pages.get_template("board.html")


@contextlib.asynccontextmanager
async def lifespan(site: Starlette):
    limits = httpx.Limits(max_connections=50, max_keepalive_connections=20, keepalive_expiry=30)
    async with httpx.AsyncClient(base_url=API_URL, timeout=10, limits=limits) as site.state.api:
        yield


async def show_board(request: Request) -> Response:
    try:
        answer = await request.app.state.api.get("/api/cards", params={"limit": CARDS_SHOWN})
        answer.raise_for_status()
    except httpx.HTTPError as error:
        page = board_page.render(release=RELEASE, api_release=None, cards=[], trouble=str(error))
        return HTMLResponse(page, status_code=502)
    board = answer.json()
    page = board_page.render(
        release=RELEASE, api_release=board["release"], cards=board["cards"], trouble=None
    )
    return HTMLResponse(page, headers={"Cache-Control": "no-store"})


async def health(_: Request) -> Response:
    return JSONResponse({"status": "ok", "release": RELEASE})


site = Starlette(
    routes=[
        Route("/", show_board),
        Route("/healthz", health),
        Mount("/assets", StaticFiles(directory=HERE / "assets")),
    ],
    lifespan=lifespan,
)

app = ReleaseHeader(site, RELEASE)
