"""A store is up when it answers: a Redis that will refuse its data takes connections first."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Artifact, Instance, InstanceState, Role, Workload
from shipway.rollout.store_answers import answers, usual_port

SCOPE = Scope(environment=EnvironmentId("shop", "production"))


def store(image: str) -> Workload:
    return Workload(
        scope=SCOPE,
        service="store",
        role=Role.STATEFUL,
        artifact=Artifact(service="store", kind="image", reference="sha256:0", name=image),
        definition={"image": image},
    )


def at(address: str | None) -> Instance:
    return Instance(
        id="1", scope=SCOPE, service="store", index=1, state=InstanceState.RUNNING, address=address
    )


@contextmanager
def listening(port: int, reply: bytes) -> Iterator[str]:
    """Yield the address of a server that says this to each connection and closes it."""
    number = os.getpid()
    address = f"127.9.{number >> 8 & 255}.{number & 255}"
    with socket.create_server((address, port)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(100)
                    connection.sendall(reply)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield address
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)


@pytest.mark.parametrize(
    ("reply", "good"),
    [
        (b"+PONG\r\n", True),
        (b"-NOAUTH Authentication required.\r\n", True),
        (b"-LOADING Redis is loading the dataset in memory\r\n", False),
        (b"", False),
    ],
)
def test_a_redis_has_to_answer(reply: bytes, good: bool) -> None:  # noqa: FBT001 - a case
    with listening(6379, reply) as address:
        assert answers(store("docker.io/library/redis:7-alpine"), at(address)) is good


def test_another_store_has_to_take_connections() -> None:
    with listening(5432, b"") as address:
        assert answers(store("pgvector/pgvector:pg17"), at(address))
    assert not answers(store("postgres:17"), at(address))
    assert not answers(store("postgres:17"), at(None))


def test_what_is_no_known_store_is_not_asked() -> None:
    assert usual_port(store("shop/api:1")) is None
    assert not answers(store("shop/api:1"), at("127.0.0.1"))
