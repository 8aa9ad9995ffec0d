"""The tables.  Migrations make them; this module only names them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Integer,
    MetaData,
    Table,
    Text,
    func,
)

metadata = MetaData()

cards = Table(
    "cards",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("pinned", Boolean, nullable=False, server_default="false"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("summary", Text),
    Column("processed_at", DateTime(timezone=True)),
)

digests = Table(
    "digests",
    metadata,
    Column("day", Date, primary_key=True),
    Column("cards", Integer, nullable=False),
    Column("processed", Integer, nullable=False),
    Column("ticks", Integer, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)
