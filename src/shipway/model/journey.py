"""A journey: a declared multi-step check, as a user of the application would go.

Texts may hold `{{name}}` (a declared or saved value), `{{env.NAME}}` (a variable of the
application, never shown) and `{{random.uuid}}`; `journeys` fills them in when it goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent.  At most one of json, form and body; headers as given.

    json None: none; `has_json` tells a JSON null apart.
    """

    method: str
    path: str
    host: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    has_json: bool = False
    form: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What must come back.

    json: JSON paths (RFC 9535), each must select the value; has, lacks: paths that must
    select something (null is nothing), or nothing.  headers: text that each must contain.
    within_s: how long it may take; for a message, how long it is waited for.
    """

    status: Ranges = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, Any] = field(default_factory=dict)
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    within_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipWhen:
    """When the journey ends without a verdict, and why that is right.

    without: a variable of the application that is empty or not there.  status, json,
    contains: an answer like this.  Any of what is given suffices.
    """

    reason: str
    without: tuple[str, ...] = ()
    status: Ranges = ()
    json: Mapping[str, Any] = field(default_factory=dict)
    contains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: a request, or something at a WebSocket: connect, send, receive.

    socket: the name of the WebSocket.  save: name → a JSON path, `header:NAME` or
    `match:REGULAR EXPRESSION` with one group.
    wait_s: the request is repeated every `every_s` until it is as expected, at most so long.
    """

    name: str
    request: Request | None = None
    socket: str = "socket"
    connect: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    send: Any = None
    receive: Expect | None = None
    expect: Expect = Expect(status=((200, 399),))
    save: Mapping[str, str] = field(default_factory=dict)
    wait_s: float | None = None
    every_s: float = 0.25
    timeout_s: float = 10.0
    skip_when: SkipWhen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A whole journey.

    values: names → texts, filled in once at the start.  always: clean-up, whatever happened.
    smoke: it runs after each switch, and its failure switches back.
    environments: where it may go; empty: everywhere.
    monitor_s: how often it is gone by itself; None: never.
    """

    name: str
    steps: tuple[Step, ...]
    always: tuple[Step, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    smoke: bool = False
    environments: tuple[str, ...] = ()
    monitor_s: float | None = None
    deadline_s: float = 60.0
    skip_when: SkipWhen | None = None

    def goes_in(self, environment: str) -> bool:
        """Return whether it may go in this environment."""
        return not self.environments or environment in self.environments


def journey_to_json(journey: Journey) -> dict[str, Any]:
    """Return the journey as plain JSON values."""
    return asdict(journey)


def journey_from_json(value: Mapping[str, Any]) -> Journey:
    """Rebuild what `journey_to_json` made."""
    return Journey(
        **{
            **value,
            "steps": tuple(_step(item) for item in value["steps"]),
            "always": tuple(_step(item) for item in value["always"]),
            "environments": tuple(value["environments"]),
            "skip_when": _skip(value["skip_when"]),
        }
    )


def _step(value: Mapping[str, Any]) -> Step:
    request, receive = value["request"], value["receive"]
    return Step(
        **{
            **value,
            "request": None if request is None else Request(**request),
            "receive": None if receive is None else _expect(receive),
            "expect": _expect(value["expect"]),
            "skip_when": _skip(value["skip_when"]),
        }
    )


def _expect(value: Mapping[str, Any]) -> Expect:
    listed = {name: tuple(value[name]) for name in ("has", "lacks", "contains")}
    return Expect(**{**value, **listed, "status": _ranges(value["status"])})


def _skip(value: Mapping[str, Any] | None) -> SkipWhen | None:
    if value is None:
        return None
    listed = {name: tuple(value[name]) for name in ("without", "contains")}
    return SkipWhen(**{**value, **listed, "status": _ranges(value["status"])})


def _ranges(value: Any) -> Ranges:
    return tuple((low, high) for low, high in value)
