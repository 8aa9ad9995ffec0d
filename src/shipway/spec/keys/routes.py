"""`routes`: rules as a list, or short as a mapping."""

from __future__ import annotations

from typing import Any

from shipway.errors import Problem
from shipway.spec import forms
from shipway.spec.keys.common import unplaced, unsourced
from shipway.spec.kinds import Placed
from shipway.spec.routes import DEFAULT_BURST
from shipway.spec.scalars import Boolean, Integer
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
    Field(
        "rate",
        forms.RATE,
        "What one client may ask for; more is answered 429. Behind a proxy, name it in"
        " `trusted_proxies`, or all its clients count as one.",
        words="no limit",
        example="60/min",
    ),
    Field(
        "burst",
        Integer(0, 100_000),
        "How many more requests than `rate` a client may make at once.",
        words=str(DEFAULT_BURST),
        example="5",
    ),
    Field(
        "max_body",
        forms.SIZE,
        "The largest body; more is answered 413, one without a length 411.",
        words="no limit",
        example="10MB",
        attr="body_bytes_max",
    ),
    Field(
        "allow",
        ListOf(forms.NETWORK, empty=False),
        "The networks that may come here; everyone else is answered 403.",
        words="everyone",
        example="[10.0.0.0/8, 203.0.113.7]",
    ),
    Field(
        "login",
        MapOf(forms.VARIABLE, "the name of a user", forms.USER_PATTERN, make=unplaced),
        "Users who may come here after a login, each with the name of the variable that holds"
        " the password (shipway secret set).",
        words="everyone",
        example="{admin: FLOWER_PASSWORD}",
    ),
    Field(
        "cache",
        forms.CACHE,
        "How long browsers may keep answers that do not say so themselves: a duration,"
        " `immutable` (a year), `hashed` (a year, but only files whose name holds a hash of"
        " their content), or `no-store`.",
        words="as the application says",
        example="hashed",
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
        "The host name that the rule is for; for the same path it goes before a rule for every host.",
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


ROUTES = Either(
    "a list of rules, or a mapping such as `/api: api`",
    listed=ListOf(ROUTE),
    mapped=MapOf(
        Either(
            "the name of a Compose service, or a mapping with service",
            scalar=forms.SERVICE,
            make_scalar=lambda service, _source: {"service": service},
            mapped=Record("routes.<path>", _ROUTE_FIELDS, unsourced(dict)),
        ),
        "a path such as /api, a host, or host/path",
        forms.ROUTE_KEY_PATTERN,
        make=_short_routes,
    ),
)
