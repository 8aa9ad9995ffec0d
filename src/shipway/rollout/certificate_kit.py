"""What certificates need at hand, and what is done to a single one."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from pathlib import Path

from shipway.errors import Problem
from shipway.model.application import Application
from shipway.model.condition import Condition
from shipway.model.routing import Certificate, Challenge
from shipway.ports_certificates import (
    Authority,
    CertificateOrder,
    CertificateOrders,
    Names,
    Origin,
    Shelf,
)
from shipway.rollout.certificates import (
    Wanted,
    certificate_conditions,
    is_due,
    retry_at,
    wanted_certificates,
)
from shipway.rollout.own_certificates import own_pem, refuse_unusable, usable_for

log = logging.getLogger("shipway.certificates")


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateKit:
    """What certificates need: a shelf, an authority, a memory of failures, names.

    lock: held while one is ordered.
    """

    shelf: Shelf
    authority: Authority
    orders: CertificateOrders
    names: Names
    lock: threading.Lock = field(default_factory=threading.Lock)

    def serving(self, apps: tuple[Application, ...]) -> tuple[Certificate, ...]:
        """Return the certificates that are there for these applications."""
        return self.shelf.load(one.id for one in wanted_certificates(apps))

    def challenges(self, apps: tuple[Application, ...]) -> tuple[Challenge, ...]:
        """Return which account may prove its control of which name, by HTTP."""
        return tuple(
            Challenge(host=name, thumbprint=known)
            for one in wanted_certificates(apps)
            if _by_http(one) and (known := self.authority.known(one.tls.server)) is not None
            for name in one.names
        )

    def ensure_accounts(self, wanted: tuple[Wanted, ...]) -> bool:
        """Ensure that there are accounts for orders by HTTP; return whether one is new."""
        new = False
        for one in wanted:
            if _by_http(one) and self.authority.known(one.tls.server) is None:
                self.authority.thumbprint(one.tls.server, one.tls.email)
                new = True
        return new

    def conditions(self, wanted: tuple[Wanted, ...], now: float) -> tuple[Condition, ...]:
        """Return what is wrong with them now."""
        return certificate_conditions(
            wanted,
            {one.id: one for one in self.shelf.all()},
            {one.id: one for one in self.orders.all()},
            now,
        )

    def due(self, wanted: tuple[Wanted, ...], now: float) -> tuple[Wanted, ...]:
        """Return what is to be ordered now; what failed lately waits."""
        shelved = {one.id: one for one in self.shelf.all()}
        waiting = {one.id for one in self.orders.all() if one.next_at > now}
        return tuple(
            one
            for one in wanted
            if one.tls.ordered and one.id not in waiting and is_due(one, shelved.get(one.id), now)
        )

    def order(self, one: Wanted, now: float) -> bool:
        """Order one certificate; return whether it came.  A failure is remembered."""
        try:
            pem = self.authority.order(
                CertificateOrder(
                    id=one.id,
                    names=one.names,
                    server=one.tls.server,
                    email=one.tls.email,
                    dns=one.tls.dns,
                    credentials=one.credentials,
                )
            )
            self.shelf.put(one.id, pem, Origin.ORDERED)
        except Problem as problem:
            self.failed(one, problem, now)
            return False
        self.orders.settled(one.id)
        log.info("a new certificate for %s", ", ".join(one.names))
        return True

    def failed(self, one: Wanted, problem: Problem, now: float) -> None:
        """Remember a failure, and when to try again."""
        failures = {item.id: item.failures for item in self.orders.all()}.get(one.id, 0) + 1
        self.orders.failed(one.id, problem, retry_at(failures, one.id, now))
        log.warning("%s: %s", one.id, problem)

    def take_own(self, one: Wanted, app: Application, directory: Path | None, now: float) -> bool:
        """Take the owner's own certificate where it is a new one; return whether it was.

        What cannot be served is remembered, and what was served before stays.
        """
        try:
            new = self.put_own(one, app, directory, now)
        except Problem as problem:
            self.orders.failed(one.id, problem, 0.0)
            log.warning("%s: %s", one.id, problem)
            return False
        self.orders.settled(one.id)
        return new

    def put_own(self, one: Wanted, app: Application, directory: Path | None, now: float) -> bool:
        """Keep the owner's own certificate; return whether it is another one than before.

        Raises Problem `certificate-broken` where it cannot be served.
        """
        before = self.shelf.load([one.id])
        pem = own_pem(one, app, directory)
        refuse_unusable(one, self.shelf.look(one.id, pem, Origin.OWN), now)
        self.shelf.put(one.id, pem, Origin.OWN)
        return self.shelf.load([one.id]) != before

    def holds(self, one: Wanted, now: float) -> bool:
        """Return whether a certificate is kept that serves all the names now."""
        kept = next((item for item in self.shelf.all() if item.id == one.id), None)
        if kept is None or now >= kept.not_after:
            return False
        return all(usable_for(kept, name) for name in one.names)


def _by_http(one: Wanted) -> bool:
    return one.tls.ordered and not one.tls.dns
