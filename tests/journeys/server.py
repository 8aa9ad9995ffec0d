"""A real application to go through: HTTP and WebSocket on one port, with a queue of jobs."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, Form, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse, JSONResponse

from tests.support.running import eventually

TOKEN = "tok-4f1dc0ffee-secret"


class Shop:
    """What the application keeps."""

    def __init__(self) -> None:
        self.cards: dict[int, dict[str, Any]] = {}
        self.polls = 0
        self.refusals = 0
        self.deleted: list[int] = []
        self.seen: list[Request] = []
        self.mails: list[str] = []


def application(shop: Shop) -> FastAPI:
    app = FastAPI()
    screens: list[WebSocket] = []

    @app.middleware("http")
    async def remember(request: Request, call_next: Any) -> Any:
        shop.seen.append(request)
        return await call_next(request)

    @app.post("/api/users", status_code=201)
    async def sign_up(body: dict[str, str]) -> dict[str, str]:
        shop.mails.append(body["email"])
        return {"email": body["email"]}

    @app.post("/api/login")
    async def log_in(body: dict[str, str], response: Response) -> Any:
        if body["email"] not in shop.mails:
            return JSONResponse({"error": "unknown", "access_token": TOKEN}, 401)
        response.set_cookie("sid", "cookie-value-9")
        return {"access_token": TOKEN}

    @app.post("/form")
    async def form(email: Annotated[str, Form()]) -> HTMLResponse:
        return HTMLResponse(f'<b>{email}</b><input name="csrf" value="c5rf">')

    @app.get("/me")
    async def me(request: Request) -> Any:
        if request.cookies.get("sid") != "cookie-value-9":
            return JSONResponse({"error": "no cookie"}, 401)
        return {"user": "you", "auth": request.headers.get("authorization")}

    @app.post("/api/cards", status_code=201)
    async def post_card(body: dict[str, Any]) -> Any:
        number = len(shop.cards) + 1
        shop.cards[number] = {"id": number, "title": body["title"], "state": "queued"}
        for screen in screens:
            await screen.send_json({"type": "noise"})
            await screen.send_json({"type": "card", "title": body["title"], "id": number})
        return JSONResponse(shop.cards[number], 201, {"Location": f"/api/cards/{number}"})

    @app.get("/api/cards/{number}")
    async def card(number: int) -> Any:
        shop.polls += 1
        found = shop.cards.get(number)
        if found is None:
            return JSONResponse({"error": "gone"}, 404)
        return {**found, "state": "done" if shop.polls >= 3 else "queued"}

    @app.delete("/api/cards/{number}", status_code=204)
    async def delete(number: int) -> None:
        shop.cards.pop(number)
        shop.deleted.append(number)

    @app.get("/limited")
    async def limited(times: int) -> Any:
        shop.refusals += 1
        if shop.refusals <= times:
            return JSONResponse({"error": "too many"}, 429, {"Retry-After": "0"})
        return {"refused": times}

    @app.get("/echo")
    async def echo(request: Request) -> Any:
        return {"key": request.headers.get("x-key"), "host": request.headers["host"]}

    @app.websocket("/ws")
    async def feed(websocket: WebSocket) -> None:
        await websocket.accept()
        screens.append(websocket)
        try:
            while True:
                text = await websocket.receive_text()
                await websocket.send_json({"type": "pong", "heard": text})
        except WebSocketDisconnect:
            screens.remove(websocket)

    return app


@contextmanager
def running() -> Iterator[tuple[Shop, int]]:
    """Serve on a port of loopback; yield what it keeps, and the port."""
    shop = Shop()
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application(shop), log_level="error", ws="websockets-sansio", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    eventually("the application serves", lambda: server.started)
    try:
        yield shop, listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()
