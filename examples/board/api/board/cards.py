"""Cards: what they are, and how they are read and written."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field
from sqlalchemy import (
    Connection,
    Integer,
    RowMapping,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from board.tables import cards

Kind = Literal["notice", "idea", "question"]

# Built once: it is what every reader asks for.
LATEST = (
    select(cards)
    .order_by(cards.c.pinned.desc(), cards.c.id.desc())
    .limit(bindparam("limit", type_=Integer))
)


class NewCard(BaseModel):
    title: str = Field(min_length=1, max_length=120)
    body: str = Field(default="", max_length=2000)
    author: str = Field(default="guest", min_length=1, max_length=40)
    kind: Kind = "notice"


class Card(NewCard):
    id: int
    pinned: bool
    created_at: datetime
    summary: str | None
    processed_at: datetime | None


def _card(row: RowMapping) -> Card:
    # What comes from the database has been checked when it went in.
    return Card.model_construct(**row)


def latest(connection: Connection, limit: int) -> list[Card]:
    """Return pinned cards first, then the newest."""
    return [_card(row) for row in connection.execute(LATEST, {"limit": limit}).mappings()]


def find(connection: Connection, card_id: int) -> Card | None:
    row = connection.execute(select(cards).where(cards.c.id == card_id)).mappings().one_or_none()
    return None if row is None else _card(row)


def add(connection: Connection, new: NewCard) -> Card:
    query = insert(cards).values(new.model_dump()).returning(cards)
    return _card(connection.execute(query).mappings().one())


def mark_processed(connection: Connection, card_id: int, summary: str) -> Card | None:
    """Store the summary once.  None: the card is gone, or another worker was first."""
    query = (
        update(cards)
        .where(cards.c.id == card_id, cards.c.processed_at.is_(None))
        .values(summary=summary, processed_at=func.now())
        .returning(cards)
    )
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _card(row)


def remove(connection: Connection, card_id: int) -> None:
    """Remove a card, if it is there."""
    connection.execute(delete(cards).where(cards.c.id == card_id))
