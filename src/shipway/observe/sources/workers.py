"""Celery workers that answer a ping, against those that there should be.

What `celery inspect ping` does, spoken to the broker directly, so that nothing of the
application is imported: a message on the control channel (kombu's fanout `celery.pidbox`),
and one answer a worker in a list of our own, which is bound to the reply exchange for the
moment.  The names and the envelope are kombu's (transport/redis.py, pidbox.py).
"""

from __future__ import annotations

import base64
import json
import time
import uuid

from shipway.model.observe import Reading, SeriesState
from shipway.observe.recognise import RedisPlace, celery_workers
from shipway.observe.sources.queues import NO_BROKER, SEPARATOR, STOPPED
from shipway.observe.sources.redis_client import Unanswered, connected, resolve
from shipway.observe.target import Target

PATIENCE_S = 1.5
REPLY_EXCHANGE = "reply.celery.pidbox"
OURS = f"shipway-{uuid.uuid4().hex}"
"""Where answers to this process go.  One that comes too late is found, and left aside, by the
next ping: the ticket says what it answers."""


def read_workers(target: Target) -> list[Reading]:
    """Return how many workers answer, and how many are missing, by service of workers.

    Replies name hosts, not services; where several services share a broker they are
    counted together.
    """
    settings = target.app.watching.celery
    workers = celery_workers(target.app)
    if not settings.enabled or not workers:
        return []
    groups: dict[RedisPlace | None, list[str]] = {}
    wanted: dict[RedisPlace | None, int] = {}
    for worker in workers:
        groups.setdefault(worker.broker, []).append(worker.service.name)
        wanted[worker.broker] = wanted.get(worker.broker, 0) + worker.service.replicas
    readings: list[Reading] = []
    for place, services in groups.items():
        subject = "+".join(services)
        count = wanted[place]
        if settings.workers is not None and len(groups) == 1:
            count = settings.workers
        try:
            readings += _of(target, place, subject, count)
        except Unanswered as error:
            readings.append(target.without("workers-missing", subject, "workers", str(error)))
    return readings


def _of(target: Target, place: RedisPlace | None, subject: str, count: int) -> list[Reading]:
    if place is None:
        return [
            target.without(
                "workers-missing", subject, "workers", NO_BROKER, SeriesState.UNAVAILABLE
            )
        ]
    reached = resolve(target, place)
    if reached is None:
        raise Unanswered(STOPPED)
    alive = ping(reached, expected=count, prefix=target.app.watching.celery.key_prefix)
    return [
        target.measured("workers", subject, alive, "workers"),
        target.measured("workers-missing", subject, max(0, count - alive), "workers"),
    ]


def ping(
    place: RedisPlace, *, expected: int, prefix: str = "", patience_s: float = PATIENCE_S
) -> int:
    """Return how many workers answer; comes back as soon as the expected have.  Unanswered."""
    ticket = uuid.uuid4().hex
    bindings = f"{prefix}_kombu.binding.{REPLY_EXCHANGE}"
    queue = f"{OURS}.{REPLY_EXCHANGE}"
    member = SEPARATOR.join([OURS, "", queue])
    answers = 0
    with connected(place) as client:
        client.ask(("SADD", bindings, member))
        try:
            message = _message(ticket, patience_s)
            client.ask(("PUBLISH", f"{prefix}/{place.db}.celery.pidbox", message))
            until = time.monotonic() + patience_s
            while answers < expected:
                left = until - time.monotonic()
                if left <= 0:
                    break
                wait_s = f"{max(0.05, left):.2f}"
                (reply,) = client.ask(("BLPOP", f"{prefix}{queue}", wait_s))
                if reply and json.loads(reply[1])["headers"].get("ticket") == ticket:
                    answers += 1
        finally:
            client.ask(("SREM", bindings, member), ("DEL", f"{prefix}{queue}"))
    return answers


def _message(ticket: str, patience_s: float) -> str:
    body = {
        "method": "ping",
        "arguments": {},
        "destination": None,
        "pattern": None,
        "matcher": None,
        "ticket": ticket,
        "reply_to": {"exchange": REPLY_EXCHANGE, "routing_key": OURS},
    }
    return json.dumps(
        {
            "body": base64.b64encode(json.dumps(body).encode()).decode(),
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": {"clock": 1, "expires": time.time() + patience_s},
            "properties": {
                "delivery_mode": 1,
                "delivery_info": {"exchange": "celery.pidbox", "routing_key": ""},
                "priority": 0,
                "body_encoding": "base64",
                "delivery_tag": str(uuid.uuid4()),
            },
        }
    )
