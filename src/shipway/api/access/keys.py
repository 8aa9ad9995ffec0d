"""Secrets that are handed out once, their hashes, and the tokens of forms.  Pure but for chance.

A random secret of 256 bits needs no slow hash: nobody guesses it.  Passwords do: see passwords.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

TOKEN_PREFIX = "shipway_"  # noqa: S105 - how scanners recognise one, no secret
LENGTH_MAX = 200


def new_secret() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret[:LENGTH_MAX].encode("utf-8", "surrogateescape")).hexdigest()


def form_token(secret: str) -> str:
    """Return what a form must carry whose browser holds the cookie `secret`.

    Derived: nothing has to be kept, and who sees a page's source cannot get to the cookie.
    """
    return hmac.new(secret[:LENGTH_MAX].encode(), b"form", hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare in a time that says nothing of where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
