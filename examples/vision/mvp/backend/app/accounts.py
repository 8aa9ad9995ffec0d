"""Sign-up and login."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, EmailStr, Field
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app import stores
from app.database import Session, User
from app.security import CurrentUser, hasher, is_password, token_for

router = APIRouter(prefix="/auth", tags=["accounts"])


class SignUp(BaseModel):
    email: EmailStr
    username: str = Field(min_length=1, max_length=60)
    password: str = Field(min_length=10, max_length=200)


class Login(BaseModel):
    email: EmailStr
    password: str


def shown(user: User) -> dict:
    """Return what may be told of a user."""
    return {
        "id": user.id,
        "email": user.email,
        "username": user.username,
        "is_superuser": user.is_superuser,
    }


@router.post("/signup", status_code=201)
def sign_up(body: SignUp) -> dict:
    user = User(
        email=body.email.lower(),
        username=body.username,
        password_hash=hasher.hash(body.password),
    )
    with Session() as session:
        session.add(user)
        try:
            session.commit()
        except IntegrityError as error:
            raise HTTPException(409, "this address has an account already") from error
    return shown(user)


@router.post("/login")
def log_in(body: Login) -> dict:
    email = body.email.lower()
    if stores.too_many_wrong(email):
        raise HTTPException(429, "too many wrong passwords; try again in a few minutes")
    with Session() as session:
        user = session.scalar(select(User).where(User.email == email))
    if user is None or not user.is_active or not is_password(user, body.password):
        stores.count_wrong(email)
        raise HTTPException(401, "address or password is wrong")
    token, seconds = token_for(user)
    return {"access_token": token, "token_type": "bearer", "expires_in": seconds}


@router.get("/me")
def me(user: CurrentUser) -> dict:
    return shown(user)


@router.delete("/me", status_code=204)
def leave(user: CurrentUser) -> None:
    """Delete the account with all that belongs to it."""
    if user.is_superuser:
        raise HTTPException(409, "an administrator does not leave by this door")
    with Session() as session:
        session.execute(delete(User).where(User.id == user.id))
        session.commit()
