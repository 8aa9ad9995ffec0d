"""Passwords and tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.database import Session, User
from app.settings import settings

hasher = PasswordHasher()
bearer = HTTPBearer(auto_error=False)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def is_password(user: User, password: str) -> bool:
    """Say whether the password is the user's."""
    try:
        return hasher.verify(user.password_hash, password)
    except VerificationError:
        return False


def token_for(user: User) -> tuple[str, int]:
    """Return an access token and for how many seconds it is good."""
    now = datetime.now(UTC)
    lifetime = timedelta(minutes=settings.access_token_expire_minutes)
    claims = {"sub": str(user.id), "iat": now, "exp": now + lifetime}
    key = settings.jwt_secret.get_secret_value()
    token = jwt.encode(claims, key, algorithm=settings.jwt_algorithm)
    return token, int(lifetime.total_seconds())


def user_of(token: str) -> User:
    """Return whose token it is; 401 where it is nobody's, or not any more."""
    try:
        claims = jwt.decode(
            token,
            settings.jwt_secret.get_secret_value(),
            algorithms=[settings.jwt_algorithm],
            options={"require": ["exp", "iat", "sub"]},
        )
    except jwt.ExpiredSignatureError as error:
        raise HTTPException(401, "the token has expired") from error
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, "the token is not valid") from error
    with Session() as session:
        user = session.get(User, int(claims["sub"]))
    if user is None or not user.is_active:
        raise HTTPException(401, "there is no such user any more")
    return user


def current_user(credentials: Credentials) -> User:
    """Return who asks."""
    if credentials is None:
        raise HTTPException(401, "log in first")
    return user_of(credentials.credentials)


CurrentUser = Annotated[User, Depends(current_user)]
