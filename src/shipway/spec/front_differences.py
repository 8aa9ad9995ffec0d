"""What differs at the front door: routes and their limits, TLS, headers, pages.  Pure.

A route says what about it differs; of a login it says who may come, never with what.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.spec.difference import (
    Change,
    Difference,
    DifferenceKind,
    changes,
    figures,
    listed,
)

Document = Mapping[str, Any]


def route_differences(old: Document, new: Document) -> Iterator[Difference]:
    """Yield the routes that were added, removed and changed, from two applications' JSON."""
    one, two = _routes(old), _routes(new)
    for name, change in changes(one, two):
        if change is Change.CHANGED:
            before, after = _told(one[name]), _told(two[name])
            detail = ", ".join(
                f"{key} {before[key]} → {after[key]}" for key in before if before[key] != after[key]
            )
        else:
            detail = _brief((one if change is Change.REMOVED else two)[name])
        yield Difference(kind=DifferenceKind.ROUTE, change=change, name=name, detail=detail)


def door_differences(old: Document, new: Document) -> Iterator[Difference]:
    """Yield what differs in TLS, headers, pages and the rest, from two front doors' JSON."""
    yield from _tls_differences(old["tls"], new["tls"])
    yield from _headers(old["headers"], new["headers"])
    yield from listed(DifferenceKind.PAGE, old["pages"], new["pages"])
    yield from figures(DifferenceKind.INGRESS, _ingress(old), _ingress(new))
    # What a route or `tls` names, with a new value: a password that was changed.
    for name, change in changes(old["values"], new["values"]):
        if change is Change.CHANGED:
            yield Difference(kind=DifferenceKind.INGRESS, change=change, name=f"value {name}")


def _routes(document: Document) -> dict[str, Any]:
    return {f"{rule['host'] or ''}{rule['path']}": rule for rule in document["routes"]}


def _told(rule: Document) -> dict[str, str]:
    """Return what there is to say about a rule, by the keys of shipway.yaml."""
    rate = rule["rate"]
    per = "" if rate is None else {1: "s", 60: "min", 3600: "h"}.get(rate["per_s"], "")
    every = f"{rate['per_s']:g} s" if rate is not None and not per else per
    size = rule["body_bytes_max"]
    return {
        "service": rule["service"],
        "strip": _yes(rule["strip"]),
        "rate": "none" if rate is None else f"{rate['requests']}/{every} and {rate['burst']} more",
        "max_body": "none" if size is None else f"{size} bytes",
        "allow": ", ".join(rule["allow"]) or "everyone",
        "login": ", ".join(user for user, _variable in rule["login"]) or "none",
        "password of": ", ".join(variable for _user, variable in rule["login"]) or "none",
        "cache": (rule["cache"] or "none") + (" where hashed" if rule["cache_hashed"] else ""),
        "timeout": f"{rule['response_timeout_s']:g} s",
        "websocket_timeout": f"{rule['tunnel_timeout_s']:g} s",
    }


def _brief(rule: Document) -> str:
    """Return where a rule leads, and what keeps others out."""
    told = _told(rule)
    guards = [f"{key} {told[key]}" for key in ("rate", "login") if told[key] != "none"]
    if told["allow"] != "everyone":
        guards.append(f"allow {told['allow']}")
    return ", ".join([f"to {rule['service']}", *guards])


def _tls_differences(old: Document | None, new: Document | None) -> Iterator[Difference]:
    if old is not None and new is not None:
        yield from figures(DifferenceKind.TLS, _tls(old), _tls(new))
    elif old != new:
        told = _tls(old if new is None else new)
        yield Difference(
            kind=DifferenceKind.TLS,
            change=Change.REMOVED if new is None else Change.ADDED,
            name="https",
            detail=", ".join(f"{key} {told[key]}" for key in told if told[key] is not None),
        )


def _tls(tls: Document | None) -> dict[str, Any]:
    """Return how TLS is spoken, by the keys of shipway.yaml."""
    if tls is None:
        return {}
    own = tls["certificate"] or (f"value {tls['pem']}" if tls["pem"] else "")
    proof = f"DNS ({tls['dns']})" if tls["dns"] else "HTTP"
    return {
        "certificate": own or f"ordered from {tls['server']} by {proof}",
        "wildcards": ", ".join(tls["wildcards"]) or None,
        "redirect": tls["redirect_port"],
        "hsts": f"{tls['hsts_s']} s" if tls["hsts_s"] else None,
        "ca": tls.get("ca") or None,
        "verify": None if tls.get("verify", True) else "off",
    }


def _headers(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Difference]:
    for name, change in changes(old, new):
        detail = {
            Change.ADDED: new.get(name, ""),
            Change.REMOVED: "",
            Change.CHANGED: f"{old.get(name)} → {new.get(name)}",
        }[change]
        yield Difference(kind=DifferenceKind.HEADER, change=change, name=name, detail=detail)


def _ingress(document: Document) -> dict[str, Any]:
    return {
        "trusted_proxies": ", ".join(document["trusted_proxies"]) or None,
        "compress": _yes(document["compress"]),
    }


def _yes(value: object) -> str:
    return "yes" if value else "no"
