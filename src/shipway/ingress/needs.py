"""What the rules of a listener's backends ask of its frontend.  Pure.

A variable costs each request a lookup and some memory, so a frontend sets only those that
a backend behind it asks for.  Invariant: what a backend's rules ask, each frontend that
leads to it sets.
"""

from __future__ import annotations

from dataclasses import dataclass

from shipway.ingress.routing import Kind, kinds
from shipway.model.routing import Backend, IngressConfig, Listener


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """Variables of a request.

    client: who asks (`txn.client`); scheme: by which he came (`txn.scheme`); policy: the
    number of the route's kind (`txn.policy`).
    """

    client: bool
    scheme: bool
    policy: bool


def needs_of(listener: Listener, config: IngressConfig) -> Needs:
    """Return what the frontend of `listener` has to set."""
    reached = {route.backend for route in listener.routes}
    backends = [backend for backend in config.backends if backend.id in reached]
    own = kinds(config)
    every = [own.get(backend.id, ()) for backend in backends]
    told = bool(listener.trusted_proxies)
    return Needs(
        client=told
        or any(_asks_client(one, some) for one, some in zip(backends, every, strict=True)),
        scheme=told or any(backend.hsts_s for backend in backends),
        policy=any(len(some) > 1 for some in every),
    )


def _asks_client(backend: Backend, own: tuple[Kind, ...]) -> bool:
    if backend.maintenance is not None and backend.maintenance.allow:
        return True
    policies = (kind.policy for kind in own)
    return any(one.rate or one.allow or one.login for one in policies)
