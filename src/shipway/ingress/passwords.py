"""Passwords as HAProxy keeps them: SHA-512 crypt, by the C library that HAProxy uses.

The same password gives the same text each time, so that the proxy is not reloaded for a
salt: the salt is made of what the password is for, which nobody needs to guess.
"""

from __future__ import annotations

import ctypes
import hashlib
import threading
from functools import lru_cache

from shipway.errors import Problem

LIBRARY = "libcrypt.so.1"
_lock = threading.Lock()


@lru_cache(maxsize=512)
def hashed(password: str, *, salt_of: str) -> str:
    """Return `$6$…`; salt_of: what the password is for.  Takes about a millisecond."""
    salt = hashlib.sha256(salt_of.encode()).hexdigest()[:16]
    with _lock:  # crypt() answers in a place of its own
        answer = _crypt()(password.encode(), f"$6${salt}$".encode())
    if answer is None or not answer.startswith(b"$6$"):
        raise Problem("ingress-refused", "this machine's libcrypt cannot hash a password.")
    return str(answer.decode())


@lru_cache(maxsize=1)
def _crypt() -> ctypes._NamedFuncPointer:
    try:
        function = ctypes.CDLL(LIBRARY).crypt
    except OSError as error:
        raise Problem(
            "ingress-refused",
            f"{LIBRARY} is missing, which HAProxy needs for logins, too: {error}.",
            hints=["sudo apt-get install libcrypt1"],
        ) from error
    function.restype = ctypes.c_char_p
    function.argtypes = (ctypes.c_char_p, ctypes.c_char_p)
    return function
