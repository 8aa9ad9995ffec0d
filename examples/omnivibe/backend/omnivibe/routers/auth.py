"""Accounts and logins."""

import sqlalchemy as sa
from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field

from omnivibe.channel import within
from omnivibe.database import add, one, rows, write
from omnivibe.security import User, hashed, matches, token, user_of
from omnivibe.tables import users

router = APIRouter(prefix="/auth")
LOGINS = 30
WINDOW_S = 60


class Account(BaseModel):
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=200)
    password: str = Field(min_length=10, max_length=200)


class Refresh(BaseModel):
    refresh_token: str


class Password(BaseModel):
    old: str
    new: str = Field(min_length=10, max_length=200)


def tokens(user: int) -> dict[str, str]:
    return {
        "access_token": token(user, "access"),
        "refresh_token": token(user, "refresh"),
        "token_type": "bearer",
    }


@router.post("/register", status_code=201)
def register(account: Account) -> dict:
    try:
        made = add(users, email=account.email.lower(), password=hashed(account.password))
    except sa.exc.IntegrityError as error:
        raise HTTPException(409, "This address has an account already.") from error
    return {"id": made["id"], "email": made["email"]}


@router.post("/login")
def login(account: Account, request: Request) -> dict:
    """The proxy limits requests, and so does this: by the client that the proxy names."""
    client = request.headers.get("X-Real-IP") or (request.client.host if request.client else "?")
    if not within(f"login:{client}", LOGINS, WINDOW_S):
        raise HTTPException(429, "Too many logins; wait a minute.", {"Retry-After": str(WINDOW_S)})
    found = rows(users.select().where(users.c.email == account.email.lower()))
    if not found or not matches(account.password, found[0]["password"]):
        raise HTTPException(401, "Address or password is wrong.")
    return tokens(found[0]["id"])


@router.post("/refresh")
def refresh(given: Refresh) -> dict:
    return tokens(user_of(given.refresh_token, "refresh"))


@router.get("/me")
def me(user: User) -> dict:
    found = one(users, user)
    return {"id": found["id"], "email": found["email"]}


@router.put("/password", status_code=204)
def change(user: User, given: Password) -> None:
    if not matches(given.old, one(users, user)["password"]):
        raise HTTPException(401, "The old password is wrong.")
    write(users.update().where(users.c.id == user).values(password=hashed(given.new)))


@router.delete("/me", status_code=204)
def leave(user: User) -> None:
    write(users.delete().where(users.c.id == user))
