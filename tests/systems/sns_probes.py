"""Programs that run inside the containers of examples/sns, with its own code and settings."""

from __future__ import annotations

# Fills the four queues, lowest first, and lets one worker of the example's configuration empty
# them: on a database of Redis' that nobody else uses.
RANKS = """\
import json
import os
from contextlib import suppress

os.environ["REDIS_URL"] = os.environ["REDIS_URL"].removesuffix("/0") + "/15"
os.environ["LOG_LEVEL"] = "ERROR"

import redis
from app.tasks.celery_app import celery
from celery.worker import state

EACH = 5
taken: list[str] = []


@celery.task(name="probe.note")
def note(queue: str) -> None:
    taken.append(queue)
    if len(taken) == 4 * EACH:
        state.should_stop = 0


redis.Redis.from_url(os.environ["REDIS_URL"]).flushdb()
for queue in ["low", "medium", "high", "critical"] * EACH:
    note.apply_async((queue,), queue=queue)
worker = celery.Worker(
    pool="solo", concurrency=1, queues="critical,high,medium,low", without_gossip=True,
    without_mingle=True, without_heartbeat=True, hostname="probe@%h",
)
with suppress(SystemExit):
    worker.start()
print("order", json.dumps(taken), flush=True)
"""

# Calls the mocked network as the worker does, thirty times, a fifth of them refused.
CALLS = """\
from contextlib import suppress

from app.channels import ChannelError, Letter, publish

for number in range(30):
    body = f"call {number}" + (" #fail" if number % 5 == 0 else "")
    with suppress(ChannelError):
        publish("meta", Letter(handle="probe", token="mock", body=body))
"""
