"""The daily digest: one row a day, brought up to date every few seconds.

`ticks` counts how often that happened: twice as often as it should means two schedulers.
"""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from board.tables import cards, digests


class Digest(BaseModel):
    day: date
    cards: int
    processed: int
    ticks: int
    updated_at: datetime


def refresh(connection: Connection) -> None:
    today = func.current_date()
    count = select(
        today,
        func.count(),
        func.count(cards.c.processed_at),
        1,
        func.now(),
    ).where(cards.c.created_at >= today)
    row = insert(digests).from_select(["day", "cards", "processed", "ticks", "updated_at"], count)
    connection.execute(
        row.on_conflict_do_update(
            index_elements=[digests.c.day],
            set_={
                "cards": row.excluded.cards,
                "processed": row.excluded.processed,
                "ticks": digests.c.ticks + 1,
                "updated_at": row.excluded.updated_at,
            },
        )
    )


def latest(connection: Connection) -> Digest | None:
    query = select(digests).order_by(digests.c.day.desc()).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Digest.model_validate(row)
