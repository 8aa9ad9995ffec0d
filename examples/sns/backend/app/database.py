"""Connections to PostgreSQL, and the tables.  The schema itself is made by migrations."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime, ForeignKey, LargeBinary, NullPool, Text, func
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from app.config import settings

DIMENSIONS = 256
_CONNECT = {
    "timeout": 5,
    "command_timeout": 10,  # a server that stands still keeps no request waiting
    "server_settings": {"application_name": f"sns {settings.SHIPWAY_RELEASE}"},
}

engine = create_async_engine(
    settings.DATABASE_URL,
    pool_size=5,  # for each of four processes, twice while releases are exchanged
    max_overflow=0,
    pool_timeout=5,
    pool_pre_ping=True,
    pool_recycle=1800,
    connect_args=_CONNECT,
)
session = async_sessionmaker(engine, expire_on_commit=False)


def brief_engine() -> AsyncEngine:
    """Return an engine for one job: its connection ends with the job's event loop."""
    return create_async_engine(settings.DATABASE_URL, poolclass=NullPool, connect_args=_CONNECT)


def brief_session(on: AsyncEngine) -> AsyncSession:
    return AsyncSession(on, expire_on_commit=False)


class Vector(UserDefinedType[list[float]]):
    """pgvector's type, as text; `<=>` is the cosine distance."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return f"vector({DIMENSIONS})"

    def bind_processor(self, dialect: Any):  # noqa: ARG002 - SQLAlchemy's signature
        return lambda value: value and "[" + ",".join(f"{item:.6g}" for item in value) + "]"


class Base(DeclarativeBase):
    type_annotation_map: ClassVar = {datetime: DateTime(timezone=True), str: Text}


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    provider: Mapped[str]
    handle: Mapped[str]
    token: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    body: Mapped[str]
    media: Mapped[str | None]
    priority: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="queued")
    publish_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    published_as: Mapped[str | None]
    problem: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    embedding: Mapped[list[float] | None] = mapped_column(Vector(), deferred=True)
