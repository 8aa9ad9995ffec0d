"""Routes that are made when they are first asked for.

A route of FastAPI holds a validator for each parameter and for its answer.  Of the 140 that
there are, most are never asked for while a daemon lives, and all of them together would be a
third of its memory.  So what a module declares is kept as it was said, and its route is made
by the first request that it answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette._utils import get_route_path
from starlette.routing import BaseRoute, Match, compile_path
from starlette.types import Receive, Scope, Send

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One route as its module says it; options: FastAPI's."""

    method: str
    path: str
    endpoint: Callable[..., Any]
    options: Mapping[str, Any]


class Routes:
    """What a module answers; it stands where FastAPI's router would."""

    def __init__(self, *, prefix: str = "", tags: Sequence[str] = ()) -> None:
        self.declared: list[Declared] = []
        self._prefix = prefix
        self._tags = tuple(tags)

    def get(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """Declare what answers GET."""
        return self._declare("GET", path, options)

    def post(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """Declare what answers POST."""
        return self._declare("POST", path, options)

    def _declare(
        self, method: str, path: str, options: Mapping[str, Any]
    ) -> Callable[[Endpoint], Endpoint]:
        def decorator(endpoint: Endpoint) -> Endpoint:
            self.declared.append(
                Declared(
                    method=method,
                    path=self._prefix + path,
                    endpoint=endpoint,
                    options={"tags": list(self._tags), **options},
                )
            )
            return endpoint

        return decorator


class LateRoute(BaseRoute):
    """A route of the application, made at its first request; make: makes it."""

    def __init__(self, method: str, path: str, make: Callable[[], BaseRoute]) -> None:
        self.path = path
        self.methods = {method}
        self.make = make
        self._regex = compile_path(path)[0]

    @cached_property
    def _made(self) -> BaseRoute:
        return self.make()

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether a request is this route's: wholly, but for its method, or not."""
        if scope["type"] != "http" or not self._regex.match(get_route_path(scope)):
            return Match.NONE, {}
        if scope["method"] not in self.methods:
            return Match.PARTIAL, {}
        return self._made.matches(scope)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; a wrong method is refused in FastAPI's way."""
        await self._made.handle(scope, receive, send)


class LateFastAPI(FastAPI):
    """FastAPI over late routes."""

    def add(self, routes: Routes, *, prefix: str = "", **options: Any) -> None:
        """Answer what `routes` declares, below `prefix`."""
        for one in routes.declared:
            path = prefix + one.path
            make = _maker(self, path, one, {**one.options, **options})
            self.router.routes.append(LateRoute(one.method, path, make))

    def openapi(self) -> dict[str, Any]:
        """Return the schema; routes that were made for it alone go again."""
        if self.openapi_schema is None:
            self.openapi_schema = get_openapi(
                title=self.title,
                version=self.version,
                routes=[one.make() if isinstance(one, LateRoute) else one for one in self.routes],
            )
        return self.openapi_schema


def _maker(
    app: FastAPI, path: str, one: Declared, options: Mapping[str, Any]
) -> Callable[[], BaseRoute]:
    def make() -> BaseRoute:
        router = APIRouter(dependencies=app.router.dependencies)
        router.add_api_route(path, one.endpoint, methods=[one.method], **options)
        (route,) = router.routes
        return route

    return make
