"""Which role a service plays, where nobody said it.

Decided in this order, the first that fits:

    explicit    services.NAME.role
    stateful    not built here, and a known data store or the owner of a named volume
    job         another service waits for its successful end
    singleton   its command is a known scheduler's (see SCHEDULERS), or its name says so
    web         a route leads to it, or something says that it listens (`ports`, `expose`,
                the URL of its healthcheck, EXPOSE of the Dockerfile whose command it runs)
    worker      the rest, and whatever runs a known worker's command (see WORKERS)

A service that is built here stays stateless with a named volume too: uploads are shared
by the old and the new release for the moment in which both run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shipway.model.workload import Role
from shipway.spec.facts import ServiceFacts
from shipway.spec.images import is_data_store, is_proxy, repository

SCHEDULERS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("celery", "beat"), "Celery beat"),
    (("celery", "worker", "-B"), "a Celery worker with beat inside"),
    (("celery", "worker", "--beat"), "a Celery worker with beat inside"),
    (("rqscheduler",), "rq-scheduler"),
    (("clockwork",), "clockwork"),
    (("periodiq",), "periodiq"),
    (("airflow", "scheduler"), "Airflow's scheduler"),
    (("dagster-daemon",), "Dagster's daemon"),
    (("artisan", "schedule:work"), "Laravel's scheduler"),
    (("supercronic",), "supercronic"),
    (("ofelia",), "ofelia"),
    (("crond",), "cron"),
    (("cron",), "cron"),
)
"""Words that stand in a command in this order; two of such a thing would run jobs twice."""

WORKERS: tuple[tuple[str, ...], ...] = (
    ("celery", "worker"),
    ("rq", "worker"),
    ("dramatiq",),
    ("arq",),
    ("huey_consumer",),
    ("huey_consumer.py",),
    ("procrastinate", "worker"),
    ("qcluster",),
    ("sidekiq",),
    ("good_job",),
    ("artisan", "queue:work"),
    ("artisan", "horizon"),
)
"""Commands of which a healthcheck or an exposed port says nothing about requests."""

SCHEDULER_NAME = re.compile(r"(.*[-_.])?(beat|scheduler|clock|cron)")


@dataclass(frozen=True, slots=True)
class Guess:
    """A role, and the reason where it was not said."""

    role: Role
    reason: str | None = None


def infer_role(service: ServiceFacts, *, explicit: Role | None, routed: bool) -> Guess:
    """Return the service's role."""
    if explicit is not None:
        return Guess(explicit)
    if not service.build and is_data_store(service.image):
        return Guess(Role.STATEFUL, f"its image {repository(service.image)} is a data store")
    proxy = not service.build and is_proxy(service.image)
    if not service.build and service.volumes and not proxy:
        return Guess(Role.STATEFUL, f"it keeps data in the volume {service.volumes[0]}")
    if service.completes:
        return Guess(Role.JOB, "another service waits for its successful end")
    if routed:
        return Guess(Role.WEB)
    scheduler = _scheduler(service)
    if scheduler is not None:
        return Guess(Role.SINGLETON, scheduler)
    if service.published or service.exposed:
        return Guess(Role.WEB)
    if _runs(WORKERS, service):
        return Guess(Role.WORKER, "its command is a worker's")
    if service.serves:
        return Guess(Role.WEB)
    return Guess(Role.WORKER, "it has no port and no route")


def is_scheduler(service: ServiceFacts) -> bool:
    """Return whether the service's command or name is a scheduler's."""
    return _scheduler(service) is not None


def _scheduler(service: ServiceFacts) -> str | None:
    for words, name in SCHEDULERS:
        if _runs((words,), service):
            return f"its command is {name}"
    if not service.serves and SCHEDULER_NAME.fullmatch(service.name):
        return "its name is a scheduler's"
    return None


def _runs(commands: Iterable[Sequence[str]], service: ServiceFacts) -> bool:
    words = [word.rpartition("/")[2] for word in service.words]
    return any(_in_order(command, words) for command in commands)


def _in_order(wanted: Sequence[str], words: Sequence[str]) -> bool:
    rest = iter(words)
    return all(word in rest for word in wanted)
