"""The ports of certificates: where they are kept, who issues them, what became of an order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from shipway.errors import Problem
from shipway.model.routing import Certificate


class Origin(StrEnum):
    """Where a certificate came from."""

    ORDERED = "ordered"  # by ACME; Shipway renews it
    OWN = "own"  # the owner's; whoever made it renews it


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """A certificate that is kept, without its key.  Times in seconds since the epoch."""

    id: str
    names: tuple[str, ...]
    not_before: float
    not_after: float
    issuer: str
    origin: Origin

    @property
    def lifetime_s(self) -> float:
        """Return for how long it was issued."""
        return self.not_after - self.not_before


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateOrder:
    """What is asked of an authority; dns empty: proof by HTTP.

    credentials: the content of the plugin's credentials file.
    """

    id: str
    names: tuple[str, ...]
    server: str
    email: str = ""
    dns: str = ""
    credentials: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderState:
    """What became of the attempts to get a certificate since the last one that went well."""

    id: str
    failures: int = 0
    next_at: float = 0.0
    problem: Problem | None = None


class Shelf(Protocol):
    """Keeps certificates with their keys; private."""

    def all(self) -> tuple[Shelved, ...]:
        """Return what is kept, by id."""
        ...

    def load(self, ids: Iterable[str]) -> tuple[Certificate, ...]:
        """Return those of `ids` that are kept, with their keys."""
        ...

    def look(self, id: str, pem: str, origin: Origin) -> Shelved:  # noqa: A002
        """Return what `put` would keep; keeps nothing.  Raises Problem `certificate-broken`."""
        ...

    def put(self, id: str, pem: str, origin: Origin) -> Shelved:  # noqa: A002 - the field's word
        """Ensure that this is kept as `id`.  Raises Problem `certificate-broken`."""
        ...


class Authority(Protocol):
    """Issues certificates to an account of this machine's own."""

    def known(self, server: str) -> str | None:
        """Return the thumbprint of the account's key; None where there is no account yet.

        Asks nobody.
        """
        ...

    def thumbprint(self, server: str, email: str) -> str:
        """Return the thumbprint of the account's key; makes the account where there is none.

        Idempotent.  Raises Problem `acme-failed`.
        """
        ...

    def order(self, order: CertificateOrder) -> str:
        """Return a new certificate with its chain and key as PEM.

        Takes seconds, at most some minutes.  Raises Problem `acme-failed`.
        """
        ...


class CertificateOrders(Protocol):
    """Remembers failed orders, so that a new daemon does not begin to hammer anew."""

    def all(self) -> tuple[OrderState, ...]:
        """Return the orders that failed and have not gone well since."""
        ...

    def failed(self, id: str, problem: Problem, next_at: float) -> None:  # noqa: A002
        """Record one more failure, and when to try again."""
        ...

    def settled(self, id: str) -> None:  # noqa: A002
        """Forget the failures of an order: it went well, or is not wanted any more."""
        ...


class Names(Protocol):
    """Asks the domain name system."""

    def addresses(self, name: str) -> tuple[str, ...]:
        """Return where a name leads to; empty where it does not."""
        ...

    def own(self) -> tuple[str, ...]:
        """Return this machine's own addresses."""
        ...

    def leads_here(self, leads_to: tuple[str, ...]) -> bool:
        """Return whether these addresses may be this machine's."""
        ...
