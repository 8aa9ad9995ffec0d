"""Which certificates are wanted, which are due, and what is wrong with them.  Pure.

One certificate a name: a name whose DNS is wrong keeps no other from being served.  A
wildcard covers what lies one label below it.  Renewal is due when a third of the lifetime
is left, a little earlier by a jitter that is each certificate's own, so that a hundred of
them are not ordered in the same minute; a failed order is tried again later and later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shipway.model.application import Application
from shipway.model.condition import Condition, Level
from shipway.model.front import Tls
from shipway.model.names import EnvironmentId
from shipway.model.observe import Reading, SeriesKey, SeriesState
from shipway.model.words import Words
from shipway.ports_certificates import OrderState, Origin, Shelved
from shipway.rollout.traffic import names_of

RENEW_AT = 1 / 3
JITTER = 1 / 30
FIRST_RETRY_S = 300.0
LAST_RETRY_S = 12 * 3600.0
DAY_S = 86_400.0

# The part of its lifetime that is left, and how urgent that is: 15, 7 and 3 days of 90.
ENDS: tuple[tuple[float, Level], ...] = (
    (1 / 30, Level.IMMEDIATE),
    (1 / 12, Level.URGENT),
    (1 / 6, Level.WARNING),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A certificate that an environment needs, for these names."""

    id: str
    names: tuple[str, ...]
    environment: EnvironmentId
    tls: Tls
    credentials: str = ""


def wanted_certificates(apps: Iterable[Application]) -> tuple[Wanted, ...]:
    """Return what the applications need; the first that wants a name gets to say how."""
    found: dict[str, Wanted] = {}
    for app in apps:
        for one in _of(app):
            found.setdefault(one.id, one)
    return tuple(found.values())


def _of(app: Application) -> Iterable[Wanted]:
    tls = app.front.tls
    if tls is None:
        return
    where, names = app.environment, names_of(app)
    if not tls.ordered:
        yield Wanted(
            id=f"own_{where.project}_{where.name}", names=names, environment=where, tls=tls
        )
        return
    credentials = app.front.values.get(tls.dns_credentials, "")
    groups: dict[str, tuple[str, ...]] = {
        f"wildcard_{domain}": (domain, f"*.{domain}") for domain in tls.wildcards
    }
    groups |= {
        name: (name,)
        for name in names
        if not any(covers(f"*.{domain}", name) or name == domain for domain in tls.wildcards)
    }
    for identifier, group in groups.items():
        yield Wanted(
            id=identifier, names=group, environment=where, tls=tls, credentials=credentials
        )


def covers(pattern: str, name: str) -> bool:
    """Return whether a certificate's name stands for a host: `*` is exactly one label."""
    if pattern.startswith("*."):
        _, dot, rest = name.partition(".")
        return bool(dot) and rest == pattern[2:]
    return pattern == name


def is_due(wanted: Wanted, shelved: Shelved | None, now: float) -> bool:
    """Return whether it is time to order: it is missing, for other names, or near its end."""
    if shelved is None or shelved.origin is not Origin.ORDERED:
        return True
    if set(shelved.names) != set(wanted.names):
        return True
    return now >= renewal_at(shelved)


def renewal_at(shelved: Shelved) -> float:
    """Return when a certificate is renewed."""
    early = shelved.lifetime_s * JITTER * _share(shelved.id)
    return shelved.not_after - shelved.lifetime_s * RENEW_AT - early


def retry_at(failures: int, name: str, now: float) -> float:
    """Return when an order that has failed `failures` times is tried again.

    Five minutes, then three times longer each time, up to twelve hours: an authority
    counts failures (Let's Encrypt: five an hour for one name).
    """
    wait = min(FIRST_RETRY_S * 3.0 ** (failures - 1), LAST_RETRY_S)
    return now + wait * (1 + JITTER * _share(name))


def _share(name: str) -> float:
    """Return a number from 0 to 1 that is always the same for a name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) / 2**32


def days_left(
    wanted: Iterable[Wanted], kept: Mapping[str, Shelved], now: float
) -> tuple[Reading, ...]:
    """Return the days that each wanted certificate has left, as indicators.  Pure."""
    return tuple(_days(one, kept.get(one.id), now) for one in wanted)


def _days(one: Wanted, kept: Shelved | None, now: float) -> Reading:
    key = SeriesKey(one.environment, "certificate-days", one.id)
    if kept is None:
        reason = "it was not issued yet"
        return Reading(key=key, unit="days", state=SeriesState.UNAVAILABLE, reason=reason)
    return Reading(key=key, unit="days", value=round((kept.not_after - now) / DAY_S, 2))


def certificate_conditions(
    wanted: Iterable[Wanted],
    shelved: Mapping[str, Shelved],
    orders: Mapping[str, OrderState],
    now: float,
) -> tuple[Condition, ...]:
    """Return what is wrong with the certificates that are wanted."""
    found: list[Condition] = []
    for one in wanted:
        kept, order = shelved.get(one.id), orders.get(one.id)
        if kept is not None and (ends := _ends(one, kept, now)) is not None:
            found.append(ends)
        if order is not None and order.failures:
            found.append(_failing(one, kept, order))
        elif kept is None and not one.tls.ordered:
            found.append(_missing(one))
    return tuple(found)


def _ends(one: Wanted, kept: Shelved, now: float) -> Condition | None:
    left = kept.not_after - now
    level = next((level for part, level in ENDS if left <= kept.lifetime_s * part), None)
    if level is None:
        return None
    days = left / DAY_S
    name = ", ".join(kept.names)
    says = (
        Words(en=f"The certificate of {name} ended.", ko=f"{name} 인증서가 만료되었습니다.")
        if left <= 0
        else Words(
            en=f"The certificate of {name} ends in {days:.1f} days.",
            ko=f"{name} 인증서가 {days:.1f}일 뒤 만료됩니다.",
        )
    )
    return Condition(
        id="certificate-ends",
        subject=one.id,
        level=level,
        says=says,
        environment=one.environment,
        figure=round(days, 2),
        unit="d",
        hint="shipway certificates renew" if one.tls.ordered else "shipway certificates",
    )


def _failing(one: Wanted, kept: Shelved | None, order: OrderState) -> Condition:
    why = order.problem.message if order.problem else ""
    name = ", ".join(one.names)
    return Condition(
        id="certificate-order-failed",
        subject=one.id,
        level=Level.WARNING if kept is None else Level.NOTICE,
        says=Words(
            en=f"{name}: {order.failures} failed attempts to get a certificate. {why}",
            ko=f"{name}: 인증서 발급에 {order.failures}회 실패했습니다. {why}",
        ),
        environment=one.environment,
        figure=float(order.failures),
        hint="shipway certificates",
    )


def _missing(one: Wanted) -> Condition:
    return Condition(
        id="certificate-missing",
        subject=one.id,
        level=Level.WARNING,
        says=Words(
            en=f"{one.environment} has no certificate yet; a self-signed one is shown.",
            ko=f"{one.environment} 인증서가 아직 없어 자체 서명 인증서가 제시됩니다.",
        ),
        environment=one.environment,
        hint="shipway certificates",
    )
