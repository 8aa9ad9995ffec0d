"""Whether work waits for an environment's workers: the queues that they take it from.

Looks into the Redis that the workers' own variables name, for what Celery (kombu), BullMQ
and RQ keep there.  A Redis that cannot be asked counts as work: nothing is put to sleep on
a guess.  Work that a worker has taken already is finished within its stop_grace_period.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import SplitResult, unquote, urlsplit

from shipway.errors import Problem
from shipway.model.application import Application
from shipway.model.names import Scope
from shipway.model.records import Placement
from shipway.model.workload import Instance, Role
from shipway.redis_wire import Address, Wire, WireError
from shipway.rollout.workloads import aliases
from shipway.rollout.world import World

ASK_S = 2.0
KEYS_MAX = 2000
_KOMBU_PARTS = b"\x06\x16"


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
    try:
        wire = Wire(place(url, address), connect_s=ASK_S, answer_s=ASK_S)
        try:
            return waiting_in(wire)
        finally:
            wire.close()
    except WireError as error:
        return "it refuses the password" if error.refused else "it cannot be asked"
    except (OSError, ValueError) as error:
        return f"it cannot be asked ({type(error).__name__})"


def place(url: SplitResult, address: str) -> Address:
    """Return where a URL means, at this address.  Pure; raises ValueError."""
    return Address(
        host=address,
        port=url.port or 6379,
        db=int(url.path.strip("/") or 0),
        user=unquote(url.username or "") or None,
        password=unquote(url.password or "") or None,
    )


def waiting_in(wire: Wire) -> str | None:
    """Return what waits in this Redis, None where nothing does.  Raises OSError, WireError."""
    for key in _keys(wire, "*unacked"):
        [kind] = wire.ask(("TYPE", key))
        if kind == b"hash" and wire.ask(("HLEN", key))[0]:
            return "a worker holds Celery messages"
    for key in _keys(wire, "*_kombu.binding.*"):
        prefix = key.partition(b"_kombu.binding.")[0]
        for member in wire.ask(("SMEMBERS", key))[0]:
            queue = member.rpartition(_KOMBU_PARTS)[2]
            names = [queue, *(b"%s%s%d" % (queue, _KOMBU_PARTS, step) for step in (3, 6, 9))]
            if any(_length(wire, prefix + name) for name in names):
                return f"the Celery queue {queue.decode(errors='replace')} is not empty"
    for pattern in ("bull:*:wait", "bull:*:active", "bull:*:prioritized", "rq:queue:*"):
        for key in _keys(wire, pattern):
            if _length(wire, key):
                return f"the queue {key.decode(errors='replace')} is not empty"
    return None


def _keys(wire: Wire, pattern: str) -> Iterator[bytes]:
    cursor: bytes = b"0"
    found = 0
    while True:
        [(cursor, keys)] = wire.ask(("SCAN", cursor, "MATCH", pattern, "COUNT", 500))
        for key in keys:
            if found >= KEYS_MAX:
                return
            found += 1
            yield key
        if cursor == b"0":
            return


def _length(wire: Wire, key: bytes) -> int:
    [kind] = wire.ask(("TYPE", key))
    question = {b"list": "LLEN", b"zset": "ZCARD"}.get(kind)
    return int(wire.ask((question, key))[0]) if question else 0
