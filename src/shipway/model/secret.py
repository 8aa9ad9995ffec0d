"""Secrets as values: what a vault keeps of each, who can read it, and how one is made.

A secret's value shows in no `repr`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from shipway.errors import Problem

NAME_PATTERN = r"[A-Za-z_][A-Za-z0-9_]{0,127}"
VALUE_BYTES_MAX = 1_048_576

OWN_PREFIXES = ("SHIPWAY_", "BACKUP_", "NOTIFY_")
"""Secrets that Shipway itself reads (credentials of its backups and its notifications).
They are never given to an application."""


def secret_name(value: str) -> str:
    """Return `value` if it may name a secret, else raise Problem `invalid-name`."""
    if re.fullmatch(NAME_PATTERN, value):
        return value
    raise Problem(
        "invalid-name",
        f"{value[:60]!r} cannot name a secret: letters, digits and _, no digit first.",
        hints=["shipway secret set JWT_SECRET, which asks for the value"],
    )


def is_own(name: str) -> bool:
    """Return whether a secret of this name is Shipway's own, and no application's."""
    return name.startswith(OWN_PREFIXES)


class How(StrEnum):
    """How a value came into the vault."""

    SET = "set"
    GENERATED = "generated"
    IMPORTED = "imported"
    DOPPLER = "doppler"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """One secret of one version; at: when this value came, in seconds since the epoch."""

    name: str
    value: str = field(repr=False)
    how: How
    at: float
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultVersion:
    """One version of an environment's secrets, without any value.

    what: why it was made, by names only.
    """

    number: int
    at: float
    by: str
    what: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """An operator who can read a project's vault files with a key of his own.

    key: an age or ssh public key.  environments empty: all of the project's.
    left: when access was taken away; None while it lasts.
    """

    name: str
    key: str
    since: float
    environments: tuple[str, ...] = ()
    left: float | None = None

    def reads(self, environment: str) -> bool:
        """Return whether the environment's file is meant for this operator."""
        return not self.environments or environment in self.environments

    def knows(self, environment: str, secret: Secret) -> bool:
        """Return whether somebody who has left could read the value that is in use."""
        return self.left is not None and self.reads(environment) and secret.at <= self.left


class Form(StrEnum):
    """What a generated secret looks like."""

    HEX = "hex"
    BASE64 = "base64"
    PASSWORD = "password"  # noqa: S105 - the name of a form
    RS256 = "rs256"
    ED25519 = "ed25519"

    @property
    def pair(self) -> bool:
        """Return whether it is a key pair."""
        return self in {Form.RS256, Form.ED25519}


DEFAULT_SIZE = {Form.HEX: 32, Form.BASE64: 32, Form.PASSWORD: 24, Form.RS256: 2048, Form.ED25519: 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How a secret is generated.

    size: bytes of randomness for hex and base64, letters for a password, bits of an RSA
    key.  public: the name under which a pair's public key is kept.
    """

    form: Form = Form.HEX
    size: int = 0
    public: str | None = None

    @property
    def amount(self) -> int:
        """Return the size, or the form's usual one."""
        return self.size or DEFAULT_SIZE[self.form]

    def __str__(self) -> str:
        return self.form.value if self.form is Form.ED25519 else f"{self.form.value} {self.amount}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """What follows from an operator's departure, by environment; names only.

    source: must be changed where they were issued, because that person could read them.
    made: generated anew, already done.
    """

    recipient: Recipient
    source: Mapping[str, tuple[str, ...]]
    made: Mapping[str, tuple[str, ...]]
