"""Passwords as argon2id.  One at a time: each takes 19 MiB while it is computed.

Parameters: OWASP's Password Storage Cheat Sheet (m=19 MiB, t=2, p=1), so that a machine with
4 GB and many sign-ins stays well.  argon2 is imported when the first person signs in.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from shipway.errors import Problem

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LENGTH_MIN = 10
LENGTH_MAX = 256
_ONE_AT_A_TIME = threading.Lock()
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$c2hpcHdheS1ub2JvZHkwMA$9d4Cq1iJ8mWq1lq2oJr5bq0Hq7xkZyq0m3m0bq1Yq5k"


def hashed(password: str) -> str:
    """Return the hash of a password.  Raises Problem `password-weak`."""
    if len(password) < LENGTH_MIN or len(set(password)) < LENGTH_MIN // 2:
        raise Problem(
            "password-weak",
            f"a password needs at least {LENGTH_MIN} characters, and not the same few again "
            "and again. A sentence is easy to remember.",
        )
    if len(password) > LENGTH_MAX:
        raise Problem("password-weak", f"a password has at most {LENGTH_MAX} characters.")
    with _ONE_AT_A_TIME:
        return _hasher().hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Return whether the password is right; takes as long where nobody has the name."""
    from argon2.exceptions import InvalidHashError, VerificationError

    with _ONE_AT_A_TIME:
        try:
            right = _hasher().verify(kept or _NOBODY, password[:LENGTH_MAX])
        except (VerificationError, InvalidHashError):
            return False
    return right and kept is not None


def outdated(kept: str) -> bool:
    """Return whether the hash was made with other parameters."""
    return _hasher().check_needs_rehash(kept)


def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
