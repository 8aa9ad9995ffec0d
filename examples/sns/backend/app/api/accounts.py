"""Accounts at the networks: connected once; the token is kept encrypted and never shown."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import select

from app import security
from app.api.auth import Me
from app.database import Account, session

router = APIRouter(prefix="/api/accounts")


class NewAccount(BaseModel):
    provider: Literal["meta", "youtube"]
    handle: str = Field(pattern=r"^[\w.@-]{1,80}$")
    access_token: str = Field(min_length=1, max_length=2000)


class Connected(BaseModel):
    id: int
    provider: str
    handle: str


@router.post("", status_code=201)
async def connect(new: NewAccount, user: Me) -> Connected:
    async with session.begin() as work:
        account = Account(
            user_id=user,
            provider=new.provider,
            handle=new.handle,
            token=security.sealed(new.access_token),
        )
        work.add(account)
        await work.flush()
        return Connected(id=account.id, provider=account.provider, handle=account.handle)


@router.get("")
async def read_all(user: Me) -> list[Connected]:
    async with session() as work:
        query = select(Account).where(Account.user_id == user).order_by(Account.id)
        found = (await work.scalars(query)).all()
    return [Connected(id=item.id, provider=item.provider, handle=item.handle) for item in found]
