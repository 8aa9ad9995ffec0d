"""The tables, and the pool of connections to them."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, ForeignKey, Text, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

from app.settings import settings

POOL = 8  # PostgreSQL has a hundred connections for all releases that run

engine = create_engine(
    settings.database_url,
    pool_size=POOL,
    max_overflow=0,
    pool_timeout=5,
    pool_recycle=1800,
    connect_args={"connect_timeout": 3, "application_name": f"vision {settings.shipway_release}"},
)
Session = sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    """The migrations make the tables; this is how the code sees them."""


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Text, unique=True)
    username: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    is_superuser: Mapped[bool] = mapped_column(Boolean, default=False)


class Message(Base):
    __tablename__ = "messages"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)


class Project(Base):
    __tablename__ = "projects"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(Text)
    task: Mapped[str] = mapped_column(Text)
    settings: Mapped[dict] = mapped_column(JSON, default=dict)


class Training(Base):
    __tablename__ = "trainings"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    state: Mapped[str] = mapped_column(Text)
    settings: Mapped[dict] = mapped_column(JSON)
