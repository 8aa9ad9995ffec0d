"""The API's requests about cards and the digest."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import BaseModel

from board import cards, channel, digests
from board.cards import Card, NewCard
from board.database import engine
from board.digests import Digest
from board.settings import RELEASE

router = APIRouter(prefix="/api")


class Board(BaseModel):
    release: str
    cards: list[Card]


@router.get("/cards", response_model=Board)
def read_cards(limit: Annotated[int, Query(ge=1, le=100)] = 20) -> Response:
    with engine.connect() as connection:
        newest = cards.latest(connection, limit)
    return _rendered(Board.model_construct(release=RELEASE, cards=newest))


@router.get("/cards/{card_id}")
def read_card(card_id: int) -> Card:
    with engine.connect() as connection:
        card = cards.find(connection, card_id)
    if card is None:
        raise HTTPException(404, f"there is no card {card_id}")
    return card


@router.delete("/cards/{card_id}", status_code=204)
def delete_card(card_id: int) -> None:
    with engine.connect() as connection:
        cards.remove(connection, card_id)


@router.post("/cards", status_code=201, response_model=Card)
def post_card(new: NewCard) -> Response:
    with engine.connect() as connection:
        card = cards.add(connection, new)
    channel.publish(card)
    from board import jobs  # late: see app.lifespan

    jobs.process_card.delay(card.id)
    return _rendered(card, 201)


def _rendered(model: BaseModel, status: int = 200) -> Response:
    """Render in this request's own thread; FastAPI would take a second one to check it."""
    return Response(model.model_dump_json(), status, media_type="application/json")


@router.get("/digest")
def read_digest() -> Digest:
    with engine.connect() as connection:
        digest = digests.latest(connection)
    if digest is None:
        raise HTTPException(404, "no digest has been written yet")
    return digest


@router.get("/slow")
async def slow(seconds: Annotated[float, Query(ge=0, le=10)] = 2) -> dict[str, float | str]:
    """Take its time, as a report or an upload does."""
    await asyncio.sleep(seconds)
    return {"seconds": seconds, "release": RELEASE}
