"""Accounts of our own: sign up, sign in, stay signed in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field
from sqlalchemy import delete, select

from app import security
from app.database import User, session
from app.events import cache

router = APIRouter(prefix="/api/auth")
SPENT = "sns:spent:{}"


class NewUser(BaseModel):
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=200)
    password: str = Field(min_length=10, max_length=200)
    name: str = Field(min_length=1, max_length=80)


class Credentials(BaseModel):
    email: str
    password: str = Field(max_length=200)


class Refresh(BaseModel):
    refresh_token: str


class Person(BaseModel):
    id: int
    email: str
    name: str


class Tokens(BaseModel):
    access_token: str
    refresh_token: str
    token_type: str = "bearer"
    expires_in: int = security.LIFETIME_S["access"]
    refresh_expires_in: int = security.LIFETIME_S["refresh"]


def signed_in(authorization: Annotated[str, Header()] = "") -> int:
    """Return whose access token comes with a request; else 401."""
    scheme, _, token = authorization.partition(" ")
    claims = security.claims(token, "access") if scheme.lower() == "bearer" else None
    if claims is None:
        raise HTTPException(401, "sign in first", {"WWW-Authenticate": "Bearer"})
    return int(claims["sub"])


Me = Annotated[int, Depends(signed_in)]


@router.post("/signup", status_code=201)
async def sign_up(new: NewUser) -> Person:
    password = await run_in_threadpool(security.hashed, new.password)
    async with session.begin() as work:
        user = User(email=new.email.lower(), name=new.name, password=password)
        work.add(user)
        await work.flush()
        return Person(id=user.id, email=user.email, name=user.name)


@router.post("/login")
async def sign_in(given: Credentials) -> Tokens:
    async with session() as work:
        user = await work.scalar(select(User).where(User.email == given.email.lower()))
    # Also for nobody's address a password is looked at, so that both take the same time.
    kept = user.password if user else _NOBODY
    right = await run_in_threadpool(security.is_password, given.password, kept)
    if user is None or not right:
        raise HTTPException(401, "no such address, or not its password")
    return _tokens(user.id)


@router.post("/refresh")
async def refresh(given: Refresh) -> Tokens:
    """Give new tokens for a refresh token, once."""
    claims = security.claims(given.refresh_token, "refresh")
    if claims is None:
        raise HTTPException(401, "sign in again")
    spent = SPENT.format(claims["jti"])
    if not await cache.set(spent, 1, nx=True, ex=security.LIFETIME_S["refresh"]):
        raise HTTPException(401, "this token was used before")
    return _tokens(int(claims["sub"]))


@router.get("/me")
async def me(user: Me) -> Person:
    async with session() as work:
        found = await work.get(User, user)
    if found is None:
        raise HTTPException(401, "sign in again")
    return Person(id=found.id, email=found.email, name=found.name)


@router.delete("/me", status_code=204)
async def leave(user: Me) -> None:
    """Forget a user with everything that belongs to it."""
    async with session.begin() as work:
        await work.execute(delete(User).where(User.id == user))


def _tokens(user: int) -> Tokens:
    return Tokens(
        access_token=security.token(user, "access")[0],
        refresh_token=security.token(user, "refresh")[0],
    )


_NOBODY = security.hashed("nobody's password")
