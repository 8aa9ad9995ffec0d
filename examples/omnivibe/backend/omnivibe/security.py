"""Passwords and tokens."""

import hashlib
import hmac
import os
import time
from typing import Annotated

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from omnivibe.settings import settings

ACCESS_S = 60 * 60
REFRESH_S = 7 * 24 * 60 * 60
ALGORITHM = "HS256"
bearer = HTTPBearer(auto_error=False)


def hashed(password: str, salt: bytes | None = None) -> str:
    salt = salt or os.urandom(16)
    made = hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)
    return f"{salt.hex()}:{made.hex()}"


def matches(password: str, kept: str) -> bool:
    salt = bytes.fromhex(kept.partition(":")[0])
    return hmac.compare_digest(hashed(password, salt), kept)


def token(user: int, purpose: str) -> str:
    now = int(time.time())
    ends = now + (ACCESS_S if purpose == "access" else REFRESH_S)
    claims = {"sub": str(user), "use": purpose, "iat": now, "exp": ends}
    return jwt.encode(claims, settings.secret_key, algorithm=ALGORITHM)


def user_of(text: str, purpose: str) -> int:
    """Return whose token it is; 401 for any other."""
    try:
        claims = jwt.decode(text, settings.secret_key, algorithms=[ALGORITHM])
    except jwt.PyJWTError as error:
        raise HTTPException(401, "The token is not valid.") from error
    if claims.get("use") != purpose:
        raise HTTPException(401, f"This is not the token for {purpose}.")
    return int(claims["sub"])


def current(
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> int:
    if given is None:
        raise HTTPException(401, "Log in first.")
    return user_of(given.credentials, "access")


User = Annotated[int, Depends(current)]
