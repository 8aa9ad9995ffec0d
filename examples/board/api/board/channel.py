"""The Redis channel on which every process tells of cards that came or changed."""

from __future__ import annotations

import redis

from board.cards import Card
from board.settings import REDIS_URL

NAME = "board:cards"

client = redis.Redis.from_url(REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


def publish(card: Card) -> None:
    """Tell of a card.  Nobody may be listening, and that is fine."""
    client.publish(NAME, card.model_dump_json())
