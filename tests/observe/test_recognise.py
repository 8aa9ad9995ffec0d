"""What a service is: read from its image, command and variables."""

from __future__ import annotations

import pytest

from shipway.model.application import Application, Service
from shipway.model.names import EnvironmentId
from shipway.model.workload import Role, SecretMap
from shipway.observe.recognise import (
    celery_workers,
    postgres_services,
    redis_password,
    redis_place,
    redis_services,
)
from shipway.observe.slow_log import duration_s
from shipway.observe.sources.metrics import samples
from shipway.observe.sources.postgres import milliseconds
from shipway.observe.sources.queues import celery_keys
from shipway.observe.sources.traffic import percentile


def app(*services: Service) -> Application:
    return Application(
        environment=EnvironmentId("shop", "production"), services=services, routes=(), port=4500
    )


def worker(command: object, **variables: str) -> Service:
    return Service(
        name="worker",
        role=Role.WORKER,
        definition={"command": command},
        environment=SecretMap(variables),
    )


@pytest.mark.parametrize(
    ("command", "queues"),
    [
        (["celery", "-A", "jobs", "worker"], ("celery",)),
        (["celery", "-A", "jobs", "worker", "-Q", "high,low"], ("high", "low")),
        ("celery -A jobs worker --queues=mail -l info", ("mail",)),
        (["sh", "-c", "exec celery -A jobs worker -Qmail,sms"], ("mail", "sms")),
        (["/venv/bin/celery", "--app=jobs", "worker", "--queues", "a"], ("a",)),
    ],
)
def test_a_celery_workers_queues_are_those_of_its_command(
    command: object, queues: tuple[str, ...]
) -> None:
    (found,) = celery_workers(app(worker(command)))
    assert found.queues == queues


@pytest.mark.parametrize("command", [["celery", "-A", "jobs", "beat"], ["python", "celery.py"], []])
def test_what_is_no_celery_worker_is_none(command: object) -> None:
    assert celery_workers(app(worker(command))) == ()


def test_the_broker_is_named_by_command_then_by_variables() -> None:
    variables = {"REDIS_URL": "redis://cache/0", "CELERY_BROKER_URL": "redis://:p%40ss@broker/2"}
    (found,) = celery_workers(app(worker("celery worker", **variables)))
    assert found.broker == redis_place("redis://:p%40ss@broker:6379/2")
    assert found.broker is not None
    assert found.broker.password == "p@ss"
    assert "p@ss" not in repr(found.broker)
    (found,) = celery_workers(app(worker("celery -b redis://other/3 worker", **variables)))
    assert found.broker == redis_place("redis://other/3")
    (found,) = celery_workers(app(worker("celery worker", BROKER_URL="amqp://rabbit")))
    assert found.broker is None


def test_stores_are_known_by_their_image() -> None:
    images = {"db": "pgvector/pgvector:pg16", "cache": "registry.example.com:5000/valkey/valkey"}
    services = [
        Service(name=name, role=Role.STATEFUL, definition={"image": image})
        for name, image in images.items()
    ]
    assert [item.name for item in postgres_services(app(*services))] == ["db"]
    assert [item.name for item in redis_services(app(*services))] == ["cache"]


def test_a_redis_password_is_found_where_it_stands() -> None:
    plain = Service(name="redis", role=Role.STATEFUL, definition={"image": "redis"})
    by_command = Service(
        name="redis",
        role=Role.STATEFUL,
        definition={"image": "redis", "command": "redis-server --requirepass s3cret"},
    )
    client = worker("celery worker", REDIS_URL="redis://:of-client@redis/0")
    assert redis_password(app(by_command), by_command) == "s3cret"
    assert redis_password(app(plain, client), plain) == "of-client"
    assert redis_password(app(plain), plain) is None


def test_a_queue_is_a_list_and_its_priority_sub_queues() -> None:
    keys = celery_keys("mail", "shop:")
    assert keys[0] == "shop:mail"
    assert {"shop:mail\x06\x163", "shop:mail\x06\x166", "shop:mail\x06\x169"} <= set(keys)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("-1", None), ("0", 0), ("100ms", 100), ("250", 250), ("1s", 1000), ("2min", 120_000)],
)
def test_postgres_says_durations_in_its_own_units(setting: str, value: float | None) -> None:
    assert milliseconds(setting) == value


def test_a_log_line_tells_how_long_a_statement_took() -> None:
    line = "2026-03-02 10:00 UTC [7] LOG:  duration: 150.250 ms  statement: SELECT 1"
    assert duration_s(line) == pytest.approx(0.15025)
    assert duration_s("LOG:  checkpoint starting") is None


def test_only_wanted_metrics_are_read() -> None:
    page = '# HELP a b\nother_total 7\nsns_total{outcome="ok",to="a b"} 3\nsns_total_created 1\n'
    assert samples(page, ["sns_total"]) == {"sns_total": [({"outcome": "ok", "to": "a b"}, 3.0)]}


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([1.0], 0.95) == 1.0
    assert percentile(list(map(float, range(1, 101))), 0.95) == 95.0
