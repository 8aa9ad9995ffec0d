"""What the workers do, and the schedule."""

import json
import time

import sqlalchemy as sa
from celery import Celery
from celery.signals import worker_process_init

from omnivibe import channel
from omnivibe.database import engine, one, rows, write
from omnivibe.providers import film, speech
from omnivibe.settings import settings
from omnivibe.tables import projects, recordings, scripts, videos

STEPS = 4
app = Celery("omnivibe", broker=settings.redis_url, backend=settings.redis_url)
app.conf.update(
    task_acks_late=True,  # a job whose worker dies is done by another
    worker_prefetch_multiplier=1,
    worker_send_task_events=True,  # Flower shows them
    task_send_sent_event=True,
    result_expires=3600,
    broker_connection_retry_on_startup=True,
    beat_schedule={
        "heartbeat": {"task": "omnivibe.heartbeat", "schedule": 5.0},
        "summary": {"task": "omnivibe.summary", "schedule": 30.0},
    },
)


@worker_process_init.connect
def _own_connections(**_: object) -> None:
    engine.dispose(close=False)  # those of the parent are not this process'


@app.task(name="omnivibe.record")
def record(recording: int) -> None:
    """Speak a script."""
    entry = one(recordings, recording)
    text = one(scripts, entry["script_id"])["text"]
    path = speech.speak(text, f"recording-{recording}")
    _set(recordings, recording, state="done", progress=100, path=path)
    channel.tell("recording", id=recording, state="done")


@app.task(name="omnivibe.render")
def render(video: int) -> None:
    """Make a video, step by step; one that was cancelled meanwhile is let be."""
    entry = one(videos, video)
    text = one(scripts, entry["script_id"])["text"]
    for step in range(1, STEPS + 1):
        if one(videos, video)["state"] == "cancelled":
            return
        path = film.shoot(text, f"video-{video}", step, STEPS)
        _set(videos, video, state="rendering", progress=100 * step // STEPS, path=path)
        channel.tell("video", id=video, state="rendering", progress=100 * step // STEPS)
    _set(videos, video, state="done")
    channel.tell("video", id=video, state="done", progress=100)


@app.task(name="omnivibe.heartbeat")
def heartbeat() -> None:
    """Say that scheduler and worker are alive."""
    channel.store.hset(channel.HEARTBEAT, mapping={"at": time.time()})
    channel.store.hincrby(channel.HEARTBEAT, "beats", 1)


@app.task(name="omnivibe.summary")
def summary() -> None:
    """Count, and keep the figures in the cache."""
    counted = {
        table.name: rows(sa.select(sa.func.count().label("n")).select_from(table))[0]["n"]
        for table in (projects, scripts, recordings, videos)
    }
    channel.store.set(channel.SUMMARY, json.dumps(counted), ex=300)


def _set(table: sa.Table, identifier: int, **values: object) -> None:
    write(
        table.update()
        .where(table.c.id == identifier, table.c.state != "cancelled")
        .values(**values)
    )
