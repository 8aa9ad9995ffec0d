"""Whether work waits for an environment's workers: the queues that they take it from.

Looks into the Redis that the workers' own variables name, for what Celery (kombu), BullMQ
and RQ keep there.  A Redis that cannot be asked counts as work: nothing is put to sleep on
a guess.  Work that a worker has taken already is finished within its stop_grace_period.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from shipway.errors import Problem
from shipway.model.application import Application
from shipway.model.names import Scope
from shipway.model.records import Placement
from shipway.model.workload import Instance, Role
from shipway.rollout.workloads import aliases
from shipway.rollout.world import World

ASK_S = 2.0
KEYS_MAX = 2000
_KOMBU_PARTS = "\x06\x16"


def waiting_work(world: World, live: Placement) -> str | None:
    """Return what waits, as a sentence without values; None where nothing does."""
    app = world.applications.get(live.fingerprint)
    urls = set(redis_urls(app))
    if not urls:
        return None
    try:
        instances = world.kit_of(live.environment).engine.instances(
            scope=Scope(environment=live.environment)
        )
    except Problem:
        return "its engine cannot be asked"
    for url in sorted(urls, key=SplitResult.geturl):
        service = service_of(app, url)
        address = _address(instances, service)
        if address is None:
            continue  # another machine's: not ours to judge
        said = _ask(url, address)
        if said is not None:
            return f"{service}: {said}"
    return None


def redis_urls(app: Application) -> Iterator[SplitResult]:
    """Yield the Redis URLs in the variables of workers and singletons.  Pure."""
    for service in app.of_role(Role.WORKER, Role.SINGLETON):
        for value in service.environment.values():
            if value.startswith("redis://"):
                yield urlsplit(value)


def service_of(app: Application, url: SplitResult) -> str:
    """Return the service that a URL's host means."""
    host = url.hostname or ""
    return aliases(app).get(host, host)


def _address(instances: tuple[Instance, ...], service: str) -> str | None:
    return next((item.address for item in instances if item.service == service), None)


def _ask(url: SplitResult, address: str) -> str | None:
    import redis

    user, at, _ = url.netloc.rpartition("@")
    there = urlunsplit(("redis", f"{user}{at}{address}:{url.port or 6379}", url.path, "", ""))
    try:
        client: Any = redis.Redis.from_url(
            there, socket_timeout=ASK_S, socket_connect_timeout=ASK_S, protocol=2
        )
        with client:
            return waiting_in(client)
    except (redis.RedisError, ValueError) as error:
        return f"it cannot be asked ({type(error).__name__})"


def waiting_in(client: Any) -> str | None:
    """Return what waits in this Redis, None where nothing does."""
    for key in _keys(client, "*unacked"):
        if client.type(key) == b"hash" and client.hlen(key):
            return "a worker holds Celery messages"
    for key in _keys(client, "*_kombu.binding.*"):
        prefix = key.decode(errors="replace").partition("_kombu.binding.")[0]
        for member in client.smembers(key):
            queue = member.decode(errors="replace").rpartition(_KOMBU_PARTS)[2]
            names = [queue, *(f"{queue}{_KOMBU_PARTS}{step}" for step in (3, 6, 9))]
            if any(_length(client, f"{prefix}{name}") for name in names):
                return f"the Celery queue {queue} is not empty"
    for pattern in ("bull:*:wait", "bull:*:active", "bull:*:prioritized", "rq:queue:*"):
        for key in _keys(client, pattern):
            if _length(client, key):
                return f"the queue {key.decode(errors='replace')} is not empty"
    return None


def _keys(client: Any, pattern: str) -> Iterator[bytes]:
    for number, key in enumerate(client.scan_iter(match=pattern, count=500)):
        if number >= KEYS_MAX:
            return
        yield key


def _length(client: Any, key: str | bytes) -> int:
    kind = client.type(key)
    if kind == b"list":
        return int(client.llen(key))
    return int(client.zcard(key)) if kind == b"zset" else 0
