"""Work that waits keeps an environment awake: asked of a real Redis, filled by real clients."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import celery  # type: ignore[import-untyped]
import pytest
import redis

from shipway.model.application import Application, Service
from shipway.model.names import EnvironmentId
from shipway.model.workload import Role, SecretMap
from shipway.rollout import queues
from shipway.tools import require_tool
from tests.support.running import eventually, free_ports


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    (port,) = free_ports(1)
    process = subprocess.Popen(
        [
            str(require_tool("redis-server")),
            *("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--requirepass", "s3cret"),
        ],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
    )
    url = f"redis://:s3cret@127.0.0.1:{port}/2"

    def answers() -> bool:
        try:
            with redis.Redis.from_url(url) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    try:
        eventually("Redis answers", answers)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def asked(url: str) -> str | None:
    """Return what is said of the Redis, reached by its service's name as workers do."""
    parts = urlsplit(url)
    named = urlsplit(url.replace("127.0.0.1", "redis"))
    return queues._ask(named, parts.hostname or "")


def test_an_empty_redis_keeps_nothing_awake(server: str) -> None:
    assert asked(server) is None


@pytest.mark.parametrize("priority", [None, 6])
def test_a_celery_message_keeps_it_awake_until_it_is_taken(
    server: str, priority: int | None
) -> None:
    with celery.Celery(broker=server) as app:
        app.send_task("mail.send", queue="mails", priority=priority)
        assert asked(server) == "the Celery queue mails is not empty"
    with redis.Redis.from_url(server) as client:
        for key in client.scan_iter("mails*"):
            client.delete(key)
        assert asked(server) is None
        client.hset("unacked", "tag", "message")
    assert asked(server) == "a worker holds Celery messages"


@pytest.mark.parametrize("key", ["bull:mails:wait", "bull:mails:active", "rq:queue:default"])
def test_jobs_of_bullmq_and_rq_keep_it_awake(server: str, key: str) -> None:
    with redis.Redis.from_url(server) as client:
        client.rpush(key, "1")
    assert asked(server) == f"the queue {key} is not empty"


def test_a_redis_that_cannot_be_asked_counts_as_work_and_its_password_is_not_told(
    server: str,
) -> None:
    said = asked(server.replace("s3cret", "wrong-one"))
    assert said == "it refuses the password"


def test_only_workers_urls_count_and_a_container_s_name_means_its_service() -> None:
    def service(name: str, role: Role, definition: dict[str, str], **variables: str) -> Service:
        return Service(
            name=name, role=role, definition=definition, environment=SecretMap(variables)
        )

    app = Application(
        environment=EnvironmentId("shop", "staging"),
        services=(
            service("api", Role.WEB, {}, REDIS_URL="redis://cache/0"),
            service("worker", Role.WORKER, {}, BROKER="redis://shop-redis:6379/1", X="1"),
            service("redis", Role.STATEFUL, {"container_name": "shop-redis"}),
        ),
        routes=(),
        port=4400,
    )
    (url,) = queues.redis_urls(app)
    assert queues.service_of(app, url) == "redis"
