"""The Celery application, its queues and its schedule.

    celery -A app.tasks.celery_app worker --concurrency=4 -Q critical,high,medium,low
    celery -A app.tasks.celery_app beat

A job may be delivered twice (a worker was killed holding it), so each is safe to repeat.
"""

from __future__ import annotations

from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_ready
from kombu import Exchange, Queue

from app import errors, logs
from app.config import settings

QUEUES = ("critical", "high", "medium", "low")

METRICS_PORT = 9100
DUE_EVERY_S = 5.0
TRENDS_EVERY_S = 15.0

celery = Celery(
    "sns", broker=settings.REDIS_URL, include=["app.tasks.publishing", "app.tasks.trends"]
)
celery.conf.update(
    task_ignore_result=True,
    task_acks_late=True,  # a killed worker's job is done by another
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,  # what was fetched cannot be overtaken
    worker_max_tasks_per_child=500,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        # Redis has no ranks: the worker looks into its queues in the order of -Q, always
        "queue_order_strategy": "priority",
        "visibility_timeout": 600,
        "socket_timeout": 5,
    },
    task_queues=[Queue(name, Exchange(name), routing_key=name) for name in QUEUES],
    task_default_queue="medium",
    timezone="Asia/Seoul",
    beat_schedule={
        # What beat missed is of no use later: a worker that was away does not catch up.
        "due": {
            "task": "sns.due",
            "schedule": DUE_EVERY_S,
            "options": {"queue": "high", "expires": DUE_EVERY_S},
        },
        "trends": {
            "task": "sns.trends",
            "schedule": TRENDS_EVERY_S,
            "options": {"queue": "low", "expires": TRENDS_EVERY_S},
        },
    },
)


@setup_logging.connect
def _log(**_: Any) -> None:
    logs.set_up("celery")
    errors.report_errors()


@worker_ready.connect
def _show_metrics(**_: Any) -> None:
    """Answer for the worker's processes, which count in files."""
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.multiprocess import MultiProcessCollector

    from app import metrics  # noqa: F401 - names the folder

    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    start_http_server(METRICS_PORT, registry=registry)
