"""`routes`: rules as a list, or short as a mapping."""

from __future__ import annotations

from typing import Any

from shipway.errors import Problem, SourceRef
from shipway.spec import forms
from shipway.spec.kinds import Placed
from shipway.spec.scalars import Boolean
from shipway.spec.shapes import Either, Field, ListOf, MapOf, Record
from shipway.spec.values import RouteSpec

_ROUTE_FIELDS = (
    Field("service", forms.SERVICE, "The Compose service.", required=True, example="api"),
    Field(
        "port",
        forms.PORT,
        "The port on which the service takes requests.",
        words="found as said below `services`",
        example="8000",
    ),
    Field(
        "strip",
        Boolean(),
        "Whether the path is removed before the request is passed on.",
        default="false",
    ),
    Field(
        "timeout",
        forms.DURATION,
        "How long an answer may take to begin.",
        default="60s",
        attr="timeout_s",
    ),
    Field(
        "websocket_timeout",
        forms.DURATION,
        "How long an upgraded connection may be silent.",
        default="24h",
        attr="websocket_timeout_s",
    ),
)

_ROUTE_PLACE = (
    Field(
        "path",
        forms.ROUTE_PATH,
        "A prefix of whole segments: `/api` takes `/api` and `/api/x`, not `/apix`."
        " The longest wins.",
        default="/",
        example="/api",
    ),
    Field(
        "host",
        forms.HOST,
        "The host name that the rule is for.",
        words="every host name of the environment",
        example="api.example.com",
    ),
)

ROUTE = Record("routes[]", (*_ROUTE_PLACE, *_ROUTE_FIELDS), RouteSpec)


def _short_routes(values: dict[str, Placed[Any]]) -> tuple[RouteSpec, ...]:
    return tuple(_short_route(key, placed) for key, placed in values.items())


def _short_route(key: str, placed: Placed[Any]) -> RouteSpec:
    host, slash, rest = key.partition("/")
    try:
        path = forms.route_path(slash + rest) if slash else "/"
    except ValueError:
        message = f"{key!r} in routes must be a path such as /api, or host/path."
        raise Problem("invalid-spec", message, source=placed.source) from None
    return RouteSpec(**placed.value, path=path, host=host.lower() or None, source=placed.source)


def _route_parts(*, source: SourceRef, **given: Any) -> dict[str, Any]:
    del source
    return given


ROUTES = Either(
    "a list of rules, or a mapping such as `/api: api`",
    listed=ListOf(ROUTE),
    mapped=MapOf(
        Either(
            "the name of a Compose service, or a mapping with service",
            scalar=forms.SERVICE,
            make_scalar=lambda service, _source: {"service": service},
            mapped=Record("routes.<path>", _ROUTE_FIELDS, _route_parts),
        ),
        "a path such as /api, a host, or host/path",
        forms.ROUTE_KEY_PATTERN,
        make=_short_routes,
    ),
)
