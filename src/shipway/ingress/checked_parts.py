"""The parts of `checked`: policies, answers, logins, certificates, challenges.

Each refuses whatever could end a line, a quote or an argument in HAProxy's file.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from ipaddress import ip_network
from typing import NoReturn

from shipway.errors import Problem
from shipway.model.routing import PAGES, Backend, IngressConfig, RoutePolicy

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,199}")
HOST = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*"
)
HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,99}")
CACHE = re.compile(r"[a-z0-9=, -]{1,200}")
THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")
USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
PEM = re.compile(r"[A-Za-z0-9+/=\n :.,_-]+")

TIMEOUT_S_MAX = 2_000_000.0
"""HAProxy counts milliseconds in 31 bits: just under 25 days."""

PAGE_BYTES_MAX = 12_000
"""A page has to fit into one buffer of HAProxy, with its headers."""

HEADER_BYTES_MAX = 2_000
BODY_BYTES_MAX = 1 << 62
NETWORKS_MAX = 200


def check_policy(label: str, policy: RoutePolicy) -> None:
    """Refuse limits without sense, and networks that are none."""
    rate = policy.rate
    if rate is not None:
        check_seconds(f"{label}: the rate's", rate.per_s)
        if not (1 <= rate.requests <= 1_000_000 and 0 <= rate.burst <= 100_000):
            refuse(f"{label}: {rate.requests} requests and a burst of {rate.burst} are no limit.")
        if rate.per_s * (rate.burst + 2) / rate.requests > 1_000_000:
            refuse(f"{label}: the rate's burst would take more than 11 days to be allowed again.")
    if policy.body_bytes_max is not None and not 0 <= policy.body_bytes_max <= BODY_BYTES_MAX:
        refuse(f"{label}: {policy.body_bytes_max} bytes are no limit.")
    for network in policy.allow:
        check_network(label, network)
    if len(policy.allow) > NETWORKS_MAX:
        refuse(f"{label}: more than {NETWORKS_MAX} networks are allowed.")
    if policy.cache and not CACHE.fullmatch(policy.cache):
        refuse(f"{label}: {policy.cache!r} is no value of Cache-Control.")
    if policy.login and not NAME.fullmatch(policy.login):
        refuse(f"{label}: {policy.login!r} cannot name a login.")
    for name, seconds in (
        ("response", policy.response_timeout_s),
        ("tunnel", policy.tunnel_timeout_s),
    ):
        if seconds is not None:
            check_seconds(f"{label}: {name}", seconds)


def check_answers(backend: Backend) -> None:
    """Refuse headers and pages that HAProxy must never read."""
    for name, value in backend.headers:
        if not HEADER.fullmatch(name):
            refuse(f"{backend.id}: {name!r} is no name of a header.")
        if not value or not value.isascii() or not value.isprintable():
            refuse(f"{backend.id}: the header {name} may hold printable ASCII characters only.")
        if len(value) > HEADER_BYTES_MAX:
            refuse(f"{backend.id}: the header {name} has more than {HEADER_BYTES_MAX} characters.")
    refuse_twice(f"header of {backend.id}", (name.lower() for name, _ in backend.headers))
    if not 0 <= backend.hsts_s <= 10 * 366 * 86_400:
        refuse(f"{backend.id}: {backend.hsts_s} s are no time for HSTS.")
    pages = dict(backend.pages)
    for status, page in pages.items():
        if status not in PAGES:
            refuse(f"{backend.id}: there is no page for {status}.")
        _check_page(f"{backend.id}: the page for {status}", page)
    if backend.maintenance is not None:
        _check_page(f"{backend.id}: the maintenance page", backend.maintenance.page)
        for network in backend.maintenance.allow:
            check_network(backend.id, network)


def check_additions(config: IngressConfig) -> None:
    """Refuse logins, certificates and challenges that HAProxy must never read."""
    for login in config.logins:
        if not NAME.fullmatch(login.id) or not login.users:
            refuse(f"{login.id!r} is no login with users.")
        for user, password in login.users.items():
            if not USER.fullmatch(user) or not password or "\0" in password:
                refuse(
                    f"{login.id}: {user!r} cannot log in: letters, digits, dots and dashes only."
                )
    refuse_twice("login", (login.id for login in config.logins))
    known = {login.id for login in config.logins}
    for listener in config.listeners:
        for route in listener.routes:
            if route.policy.login and route.policy.login not in known:
                refuse(f"the login {route.policy.login!r} of {route.path} does not exist.")
    for certificate in config.certificates:
        if not NAME.fullmatch(certificate.id) or "PRIVATE KEY" not in certificate.pem:
            refuse(f"the certificate {certificate.id!r} has no proper name or no private key.")
        if not PEM.fullmatch(certificate.pem):
            refuse(f"the certificate {certificate.id} is no PEM.")
    refuse_twice("certificate", (one.id for one in config.certificates))
    for challenge in config.challenges:
        if not HOST.fullmatch(challenge.host) or not THUMBPRINT.fullmatch(challenge.thumbprint):
            refuse(f"the challenge for {challenge.host!r} is none.")
    refuse_twice("challenge", (one.host for one in config.challenges))


def check_network(label: str, network: str) -> None:
    """Refuse what is no network such as 10.0.0.0/8."""
    try:
        parsed = ip_network(network)
    except ValueError:
        refuse(f"{label}: {network!r} is not a network such as 10.0.0.0/8.")
    if "%" in str(parsed):
        refuse(f"{label}: {network!r}: an address with a zone is not supported.")


def check_seconds(label: str, seconds: float) -> None:
    """Refuse a time that HAProxy cannot count."""
    if not (math.isfinite(seconds) and 0.001 <= seconds <= TIMEOUT_S_MAX):
        refuse(f"{label} time-out of {seconds} s is not between 1 ms and 23 days.")


def refuse_twice(what: str, names: Iterable[str]) -> None:
    """Refuse a name that is there more than once."""
    for name, count in Counter(names).items():
        if count > 1:
            refuse(f"{what}: {name} is there {count} times.")


def refuse(message: str) -> NoReturn:
    """Raise the Problem of a configuration that is not applied."""
    raise Problem(
        "ingress-refused",
        f"{message} The proxy keeps serving as before.",
        hints=["shipway check"],
    )


def _check_page(label: str, page: str) -> None:
    if len(page.encode()) > PAGE_BYTES_MAX:
        refuse(f"{label} has more than {PAGE_BYTES_MAX} bytes.")
