"""What a service is to observation: PostgreSQL, Redis, a Celery worker.  Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from shipway.model.application import Application, Service
from shipway.model.workload import Role

POSTGRES = frozenset(
    ("postgres", "postgresql", "pgvector", "pgvecto-rs", "postgis", "timescaledb", "timescaledb-ha")
)
REDIS = frozenset(("redis", "redis-stack", "redis-stack-server", "valkey", "keydb", "dragonfly"))
BROKER_NAMES = ("CELERY_BROKER_URL", "BROKER_URL", "CELERY_BROKER", "REDIS_URL")
REDIS_SCHEMES = ("redis://", "rediss://")
COMMANDS_KEPT = 512
DEFAULT_QUEUE = "celery"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisPlace:
    """Where a Redis is: a host as the application names it, and how to enter."""

    host: str
    port: int = 6379
    db: int = 0
    user: str | None = None
    password: str | None = None
    tls: bool = False

    def __repr__(self) -> str:
        return f"redis://{self.host}:{self.port}/{self.db}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A service of Celery workers, with what its command says; broker None: it says none."""

    service: Service
    queues: tuple[str, ...]
    broker: RedisPlace | None


def repository(service: Service) -> str:
    """Return the last part of an image's repository: `pgvector` of `pgvector/pgvector:pg16`."""
    image = str(service.definition.get("image") or "")
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0].lower()


def postgres_services(app: Application) -> tuple[Service, ...]:
    """Return the application's own PostgreSQL servers."""
    return tuple(item for item in app.of_role(Role.STATEFUL) if repository(item) in POSTGRES)


def redis_services(app: Application) -> tuple[Service, ...]:
    """Return the application's own Redis servers, and those that speak like one."""
    return tuple(item for item in app.of_role(Role.STATEFUL) if repository(item) in REDIS)


def words_of(service: Service) -> list[str]:
    """Return the words of a service's command; those of `sh -c '…'` too."""
    words: list[str] = []
    for key in ("entrypoint", "command"):
        given = service.definition.get(key) or ()
        for word in [given] if isinstance(given, str) else given:
            words += _split(str(word))
    return words


@lru_cache(maxsize=COMMANDS_KEPT)
def _split(text: str) -> tuple[str, ...]:
    """Return the words of a command.  Remembered: it is the same at every look."""
    try:
        return tuple(shlex.split(text))
    except ValueError:
        return tuple(text.split())


def celery_workers(app: Application) -> tuple[Worker, ...]:
    """Return the services whose command starts a Celery worker."""
    found = []
    for service in app.services:
        words = words_of(service)
        names = [word.rpartition("/")[2] for word in words]
        if service.role is Role.JOB or "celery" not in names:
            continue
        if "worker" not in words[names.index("celery") :]:
            continue
        queues = tuple(option_values(words, "-Q", "--queues")) or (DEFAULT_QUEUE,)
        found.append(Worker(service=service, queues=queues, broker=broker_of(service, words)))
    return tuple(found)


def option_values(words: list[str], short: str, long: str) -> Iterator[str]:
    """Yield the comma-separated values of an option, however it is written."""
    for number, word in enumerate(words):
        value = None
        if word in {short, long} and number + 1 < len(words):
            value = words[number + 1]
        elif word.startswith(f"{long}="):
            value = word.partition("=")[2]
        elif word.startswith(short) and not word.startswith("--") and word != short:
            value = word.removeprefix(short)
        if value:
            yield from (part.strip() for part in value.split(",") if part.strip())


def broker_of(service: Service, words: list[str]) -> RedisPlace | None:
    """Return the broker's place: of the command, else of the variables."""
    for value in option_values(words, "-b", "--broker"):
        if value.startswith(REDIS_SCHEMES):
            return redis_place(value)
    return redis_of(service.environment)


def redis_of(variables: Mapping[str, str]) -> RedisPlace | None:
    """Return the Redis that variables name, the broker's before any other."""
    named = [variables[name] for name in BROKER_NAMES if name in variables]
    others = [variables[name] for name in sorted(variables)]
    for value in (*named, *others):
        if value.startswith(REDIS_SCHEMES):
            return redis_place(value)
    return None


def redis_place(url: str) -> RedisPlace | None:
    """Return what a `redis://` address says; None where it cannot be read."""
    try:
        parts = urlsplit(url)
        path = parts.path.strip("/")
        return RedisPlace(
            host=parts.hostname or "localhost",
            port=parts.port or 6379,
            db=int(path) if path.isdigit() else 0,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls=parts.scheme == "rediss",
        )
    except ValueError:
        return None


def redis_password(app: Application, service: Service) -> str | None:
    """Return the password of the application's own Redis, as its command or its clients say."""
    for value in option_values(words_of(service), "--requirepass", "--requirepass"):
        return value
    for name in ("REDIS_PASSWORD", "VALKEY_PASSWORD"):
        if service.environment.get(name):
            return service.environment[name]
    for client in app.services:
        for value in client.environment.values():
            place = redis_place(value) if value.startswith(REDIS_SCHEMES) else None
            if place is not None and place.host in names_of(service) and place.password:
                return place.password
    return None


def names_of(service: Service) -> frozenset[str]:
    """Return the host names that mean a service inside the application."""
    names = {service.name}
    if service.definition.get("container_name"):
        names.add(str(service.definition["container_name"]))
    networks = service.definition.get("networks")
    if isinstance(networks, Mapping):
        for settings in networks.values():
            if isinstance(settings, Mapping):
                names.update(str(alias) for alias in settings.get("aliases") or ())
    return frozenset(names)
