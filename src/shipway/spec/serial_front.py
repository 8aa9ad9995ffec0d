"""The front door of an application as JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from shipway.model.application import RouteRule
from shipway.model.front import FrontDoor, Tls
from shipway.model.routing import RateLimit
from shipway.model.workload import SecretMap


def front_to_json(front: FrontDoor) -> dict[str, Any]:
    """Return the front door as plain values, its secrets included."""
    return {
        "tls": None if front.tls is None else asdict(front.tls),
        "trusted_proxies": list(front.trusted_proxies),
        "headers": dict(front.headers),
        "pages": dict(front.pages),
        "compress": front.compress,
        "values": dict(front.values),
    }


def front_from_json(value: Mapping[str, Any]) -> FrontDoor:
    """Read what `front_to_json` gave."""
    tls = value["tls"]
    return FrontDoor(
        tls=None if tls is None else Tls(**{**tls, "wildcards": tuple(tls["wildcards"])}),
        trusted_proxies=tuple(value["trusted_proxies"]),
        headers=value["headers"],
        pages=value["pages"],
        compress=value["compress"],
        values=SecretMap(value["values"]),
    )


def rule_from_json(value: Mapping[str, Any]) -> RouteRule:
    """Read a rule from its fields."""
    rate = value["rate"]
    return RouteRule(
        **{
            **value,
            "rate": None if rate is None else RateLimit(**rate),
            "allow": tuple(value["allow"]),
            "login": tuple((user, name) for user, name in value["login"]),
        }
    )
