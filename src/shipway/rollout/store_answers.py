"""Whether a store answers over the network, as far as its image tells how to ask."""

from __future__ import annotations

import socket

from shipway.model.workload import Instance, Workload
from shipway.redis_wire import Address, Wire, WireError

ANSWER_S = 1.0
REDIS = ("redis", "valkey")
STORE_PORTS = {
    **dict.fromkeys(("postgres", "pgvector", "postgis", "timescaledb"), 5432),
    **dict.fromkeys(("mysql", "mariadb"), 3306),
    **dict.fromkeys(REDIS, 6379),
    "mongo": 27017,
    "neo4j": 7474,
    "minio": 9000,
}


def usual_port(workload: Workload) -> int | None:
    """Return the port that the workload's image listens on; None: it is no known store."""
    return STORE_PORTS.get(_image(workload))


def answers(workload: Workload, instance: Instance) -> bool:
    """Return whether the store takes connections; a Redis must answer, too.

    Redis listens before it reads its data: one that will refuse them takes connections.
    """
    port = usual_port(workload)
    if port is None or instance.address is None:
        return False
    if _image(workload) in REDIS:
        return _redis_answers(instance.address, port)
    try:
        socket.create_connection((instance.address, port), timeout=ANSWER_S).close()
    except OSError:
        return False
    return True


def _redis_answers(host: str, port: int) -> bool:
    wire = Wire(Address(host=host, port=port), connect_s=ANSWER_S, answer_s=ANSWER_S)
    try:
        wire.ask(("PING",))
    except WireError as error:  # it wants a password, and says so: its data are read
        return not str(error).startswith("LOADING")
    except (OSError, ValueError):
        return False
    finally:
        wire.close()
    return True


def _image(workload: Workload) -> str:
    image = str(workload.definition.get("image") or "").rsplit("/", 1)[-1]
    return image.split("@")[0].split(":")[0]
