"""Passwords, tokens of our own (JWT), and tokens of others, which are kept encrypted."""

from __future__ import annotations

import os
import secrets
import time
from typing import Any, Literal

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.config import settings

Kind = Literal["access", "refresh"]
LIFETIME_S: dict[Kind, int] = {
    "access": settings.ACCESS_TOKEN_EXPIRE_MINUTES * 60,
    "refresh": settings.REFRESH_TOKEN_EXPIRE_DAYS * 86_400,
}
NONCE_BYTES = 12

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's least
_cipher = AESGCM(bytes.fromhex(settings.ENCRYPTION_KEY))


def hashed(password: str) -> str:
    return _hasher.hash(password)


def is_password(password: str, kept: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except VerificationError:
        return False


def token(user: int, kind: Kind, *, lifetime_s: int | None = None) -> tuple[str, str]:
    """Return a signed token and its number."""
    now = int(time.time())
    number = secrets.token_hex(8)
    claims = {
        "sub": str(user),
        "kind": kind,
        "jti": number,
        "iat": now,
        "exp": now + (LIFETIME_S[kind] if lifetime_s is None else lifetime_s),
    }
    return jwt.encode(claims, settings.JWT_SECRET_KEY, settings.JWT_ALGORITHM), number


def claims(text: str, kind: Kind) -> dict[str, Any] | None:
    """Return what a token says; None where it is forged, expired or of another kind."""
    try:
        said = jwt.decode(
            text,
            settings.JWT_SECRET_KEY,
            algorithms=[settings.JWT_ALGORITHM],
            options={"require": ["exp", "iat", "sub", "jti"]},
        )
    except jwt.InvalidTokenError:
        return None
    return said if said.get("kind") == kind else None


def sealed(text: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher.encrypt(nonce, text.encode(), None)


def opened(content: bytes) -> str:
    return _cipher.decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], None).decode()
