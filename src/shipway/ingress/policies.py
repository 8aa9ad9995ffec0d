"""What holds for a route's requests, as rules of its backend's section.  Pure.

Policies of one backend are numbered; the map that finds a request's route gives the
number, so a thousand routes cost a request no more than one.

The rate limit is the leaky bucket that nginx has: a client's entry holds the moment, in
milliseconds, at which all it has asked for would have been due at the allowed rate.  A
request is refused when that lies further ahead than the burst, and only one that is let
through moves it on: who hammers is not kept out for ever.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from shipway.ingress.routing import Kind
from shipway.ingress.text import answer, milliseconds, quoted
from shipway.model.routing import Backend, RateLimit, RoutePolicy

RATE_COUNTER = 1
LOGIN_COUNTER = 2
"""Of HAProxy's three counters of a request; 0 counts the client's connections."""

CLIENTS_KEPT = 100_000
"""Entries of a table: about 10 MB where so many clients come within a few minutes."""

LOGIN_FAILURES = RateLimit(requests=20, per_s=60.0, burst=10)
"""Wrong passwords of one client: each costs a millisecond of CPU to find out."""

CLOCKS_DIFFER_MS = 100
_WRAP = 2_147_483_647
_ASSET = r"\.(js|mjs|css|map|wasm|json|svg|png|jpe?g|gif|webp|avif|ico|woff2?|ttf|otf)$"
HASHED = (
    r"[.-]((?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{8,64}"
    r"|(?=[a-z0-9_-]*[A-Z])(?=[A-Z0-9_-]*[a-z])(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{8,22})"
    rf"(\.[a-z]{{1,12}})?{_ASSET}"
)
"""`app.3f2a9c1b.js`, `index-BxY12z_3.css`; not `report-20240101.png` or `app-version2.js`."""

Pages = Mapping[int, str]
"""Files of a backend's own pages, by status."""


def tables(backend: Backend, own: tuple[Kind, ...]) -> Iterator[str]:
    """Yield the sections that only hold a backend's counters."""
    for number, kind in enumerate(own):
        if kind.policy.rate:
            yield from _table(_rate_table(backend, number), kind.policy.rate)
    if any(kind.policy.login for kind in own):
        yield from _table(_login_table(backend), LOGIN_FAILURES)


def rules(backend: Backend, own: tuple[Kind, ...], pages: Pages) -> Iterator[str]:
    """Yield the rules of a backend's policies, in the order in which they are asked."""
    for number, kind in enumerate(own):
        if kind.policy == RoutePolicy():
            continue
        # A single kind needs no asking: every request that comes here is of it.
        mine = f" {{ var(txn.policy) -m str {number} }}" if len(own) > 1 else ""
        yield from _of_kind(backend, number, kind.policy, mine, pages)


def _of_kind(
    backend: Backend, number: int, policy: RoutePolicy, mine: str, pages: Pages
) -> Iterator[str]:
    if policy.allow:
        allowed = " ".join(policy.allow)
        refusal = answer(403, page=pages.get(403, ""))
        yield f"http-request return {refusal} if{mine} !{{ var(txn.client) -m ip {allowed} }}"
    if policy.rate:
        table = _rate_table(backend, number)
        yield from _bucket(policy.rate, RATE_COUNTER, table, mine, pages)
        yield _count(policy.rate, RATE_COUNTER, _condition(mine))
    if policy.body_bytes_max is not None:
        yield from _body(policy.body_bytes_max, mine, pages)
    if policy.login:
        yield from _login(backend, policy.login, mine, pages)
    for kind, seconds in (
        ("server", policy.response_timeout_s),
        ("tunnel", policy.tunnel_timeout_s),
    ):
        if seconds is not None:
            yield f"http-request set-timeout {kind} {milliseconds(seconds)}{_condition(mine)}"
    if policy.cache:
        yield _cache(number, policy, mine)


def _table(name: str, limit: RateLimit) -> Iterator[str]:
    full_s = math.ceil(limit.per_s * (limit.burst + 1) / limit.requests) + 10
    yield f"backend {name}"
    yield f"    stick-table type ipv6 size {CLIENTS_KEPT} expire {full_s}s store gpt0"


def _bucket(limit: RateLimit, counter: int, table: str, mine: str, pages: Pages) -> Iterator[str]:
    """Refuse a client whose bucket is full; leaves in txn.due what `_count` moves on."""
    step_ms = _step_ms(limit)
    # HAProxy's threads look at the clock once a turn: two may differ by some milliseconds.
    ahead_ms = step_ms * limit.burst + min(CLOCKS_DIFFER_MS, step_ms // 2)
    # A moment further ahead than any request can have put it is left from before the
    # clock's wrap (once in 25 days): that client begins anew.
    anew = f"{{ var(txn.ahead) -m int lt 0 }} or{mine} {{ var(txn.ahead) -m int gt {ahead_ms + step_ms} }}"
    yield (
        f"http-request track-sc{counter} var(txn.client),ipmask(32,64) table {table}"
        f"{_condition(mine)}"
    )
    yield f"http-request set-var(txn.now) date(0,ms),and({_WRAP}){_condition(mine)}"
    yield f"http-request set-var(txn.due) sc{counter}_get_gpt0{_condition(mine)}"
    yield f"http-request set-var(txn.ahead) var(txn.now),neg,add(txn.due){_condition(mine)}"
    yield f"http-request set-var(txn.due) var(txn.now) if{mine} {anew}"
    yield f"http-request set-var(txn.ahead) var(txn.now),neg,add(txn.due){_condition(mine)}"
    yield (
        f"http-request set-var(txn.wait_s) var(txn.ahead),sub({ahead_ms}),add(999),div(1000)"
        f"{_condition(mine)}"
    )
    refusal = answer(429, page=pages.get(429, ""), retry_after='"%[var(txn.wait_s)]"')
    yield f"http-request return {refusal} if{mine} {{ var(txn.ahead) -m int gt {ahead_ms} }}"


def _count(limit: RateLimit, counter: int, condition: str) -> str:
    return f"http-request sc-set-gpt0({counter}) var(txn.due),add({_step_ms(limit)}){condition}"


def _step_ms(limit: RateLimit) -> int:
    return max(1, round(limit.per_s * 1000 / limit.requests))


def _body(most: int, mine: str, pages: Pages) -> Iterator[str]:
    refusal = answer(413, page=pages.get(413, ""))
    yield f"http-request return {refusal} if{mine} {{ req.hdr_val(content-length) gt {most} }}"
    # What says no length could be of any: HAProxy passes bodies on as they come.
    chunked = "{ req.hdr(transfer-encoding) -m found }"
    yield f"http-request return {answer(411)} if{mine} {chunked}"


def _login(backend: Backend, login: str, mine: str, pages: Pages) -> Iterator[str]:
    """Ask for a password; too many wrong ones are refused before they are looked at."""
    yield from _bucket(LOGIN_FAILURES, LOGIN_COUNTER, _login_table(backend), mine, pages)
    yield f"http-request set-var(txn.known) bool(true) if{mine} {{ http_auth({login}) }}"
    tried = f"if{mine} !{{ var(txn.known) -m found }} {{ req.hdr(authorization) -m found }}"
    yield _count(LOGIN_FAILURES, LOGIN_COUNTER, f" {tried}")
    yield f"http-request auth realm {login} if{mine} !{{ var(txn.known) -m found }}"
    # The application shall not take the ingress' password for its own.
    yield f"http-request del-header Authorization{_condition(mine)}"


def _cache(number: int, policy: RoutePolicy, mine: str) -> str:
    """Remember whether the answer may be kept: its own rules see no path any more."""
    wanted = f"{mine} {{ path -m reg {quoted(HASHED)} }}" if policy.cache_hashed else mine
    return f"http-request set-var(txn.cache) str({number}){_condition(wanted)}"


def _condition(asked: str) -> str:
    return f" if{asked}" if asked else ""


def _rate_table(backend: Backend, number: int) -> str:
    return f"rate:{number}:{backend.id}"


def _login_table(backend: Backend) -> str:
    return f"logins:{backend.id}"
