"""Says on every answer which release gave it."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class ReleaseHeader:
    def __init__(self, app: ASGIApp, release: str) -> None:
        self._app = app
        self._header = (b"x-release", release.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_release(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.accept"}:
                message["headers"] = [*message.get("headers", ()), self._header]
            await send(message)

        await self._app(scope, receive, send_with_release)
