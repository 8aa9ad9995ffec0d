"""Short connections to the application's Redis, with deadlines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shipway.observe.recognise import RedisPlace, names_of
from shipway.observe.target import Target

if TYPE_CHECKING:
    from redis import Redis

CONNECT_S = 1.0
ANSWER_S = 3.0


class Unanswered(Exception):  # noqa: N818 - a state of the world, handled by the sources
    """Redis did not answer; the text says why, without a password."""


def resolve(target: Target, place: RedisPlace) -> RedisPlace | None:
    """Return where this machine reaches it; None: a service that does not run just now."""
    for service in target.app.services:
        if place.host in names_of(service):
            address = target.address(service)
            return None if address is None else replace(place, host=address)
    return place


@contextmanager
def connected(place: RedisPlace) -> Iterator[Redis]:
    """Open a connection.  Raises Unanswered for whatever goes wrong in the block."""
    import redis

    client: Any = redis.Redis(
        host=place.host,
        port=place.port,
        db=place.db,
        username=place.user,
        password=place.password,
        ssl=place.tls,
        socket_connect_timeout=CONNECT_S,
        socket_timeout=ANSWER_S,
    )
    try:
        yield client
    except redis.AuthenticationError as error:
        raise Unanswered("Redis refuses the password") from error
    except (redis.RedisError, OSError) as error:
        raise Unanswered(f"Redis does not answer ({type(error).__name__})") from error
    finally:
        client.close()
