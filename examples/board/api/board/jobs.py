"""Jobs: the Celery application, its tasks and its schedule.

A job may be delivered twice (a worker was killed holding it), so each is safe to repeat.
"""

from __future__ import annotations

import logging

from celery import Celery

from board.settings import REDIS_URL

DIGEST_EVERY_S = 5.0

log = logging.getLogger(__name__)

app = Celery("board", broker=REDIS_URL)
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,  # a killed worker's job is done by another
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 300, "socket_timeout": 5},
    timezone="Asia/Seoul",
    beat_schedule={
        "digest": {
            "task": "board.digest",
            "schedule": DIGEST_EVERY_S,
            # Missed digests are of no use: a worker that was away does not catch up.
            "options": {"expires": DIGEST_EVERY_S},
        },
    },
)


def warm_up() -> None:
    """Import and connect what sending a job needs."""
    try:
        with app.producer_or_acquire() as producer:
            producer.connection.ensure_connection(max_retries=1, timeout=2)
    except app.connection_for_write().recoverable_connection_errors as error:
        log.warning("no broker yet (%s); the first job will look again", type(error).__name__)


@app.task(name="board.process_card")
def process_card(card_id: int) -> None:
    from board import cards, channel
    from board.database import engine
    from board.summary import summarise

    with engine.connect() as connection:
        card = cards.find(connection, card_id)
        if card is None:
            return
        done = cards.mark_processed(connection, card_id, summarise(card.title, card.body))
    if done is not None:
        channel.publish(done)


@app.task(name="board.digest")
def digest() -> None:
    from board import digests
    from board.database import engine

    with engine.connect() as connection:
        digests.refresh(connection)
