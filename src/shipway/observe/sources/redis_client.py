"""Connections to the application's Redis, with deadlines, kept from look to look."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from shipway.observe.recognise import RedisPlace, names_of
from shipway.observe.target import Target
from shipway.redis_wire import Address, Wire, WireError

_guard = threading.Lock()
_wires: dict[RedisPlace, Wire] = {}

CONNECT_S = 1.0
ANSWER_S = 3.0
KEPT_MAX = 64


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
def connected(place: RedisPlace) -> Iterator[Wire]:
    """Give a connection.  Raises Unanswered for whatever goes wrong in the block."""
    try:
        yield _wire(place)
    except WireError as error:
        _forget(place)
        if error.refused:
            raise Unanswered("Redis refuses the password") from error
        raise Unanswered(f"Redis does not answer ({str(error).partition(' ')[0]})") from error
    except (OSError, ValueError) as error:
        _forget(place)
        raise Unanswered(f"Redis does not answer ({type(error).__name__})") from error


def _wire(place: RedisPlace) -> Wire:
    """Return what was used the last time; it connects anew where it has to."""
    with _guard:
        known = _wires.get(place)
        if known is not None:
            return known
        while len(_wires) >= KEPT_MAX:
            _wires.pop(next(iter(_wires))).close()
        address = Address(
            host=place.host,
            port=place.port,
            db=place.db,
            user=place.user,
            password=place.password,
            tls=place.tls,
        )
        wire = _wires[place] = Wire(address, connect_s=CONNECT_S, answer_s=ANSWER_S)
        return wire


def _forget(place: RedisPlace) -> None:
    with _guard:
        known = _wires.pop(place, None)
    if known is not None:
        known.close()
