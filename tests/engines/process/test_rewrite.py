"""Hosts and paths are replaced where a host or a path stands, and nowhere else."""

from __future__ import annotations

import pytest

from shipway.model.rewrite import Rewriter

REWRITER = Rewriter(
    own="127.64.0.9",
    names={"postgres": "127.64.0.1", "redis": "127.64.0.2", "api": "127.64.0.3"},
    paths={
        "/app": "/state/root/app",
        "/app/uploads": "/state/volumes/uploads",
        "/run/secrets/token": "/state/files/run/secrets/token",
        "/data": "/state/volumes/data",
    },
)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        # The host of a URL, and never its user, password or database.
        (
            "DATABASE_URL",
            "postgresql://postgres:postgres@postgres:5432/postgres",
            "postgresql://postgres:postgres@127.64.0.1:5432/postgres",
        ),
        ("REDIS_URL", "redis://redis:6379/0", "redis://127.64.0.2:6379/0"),
        ("REDIS_URL", "redis://:redis:6379@redis/0", "redis://:redis:6379@127.64.0.2/0"),
        ("U", "amqp://u:p%40redis@redis", "amqp://u:p%40redis@127.64.0.2"),
        ("U", "mongodb://redis:1,api:2,other:3/x", "mongodb://127.64.0.2:1,127.64.0.3:2,other:3/x"),
        ("U", "http://api", "http://127.64.0.3"),
        ("U", "http://api?next=http://api/x", "http://127.64.0.3?next=http://127.64.0.3/x"),
        ("U", "http://api.example.com/redis", "http://api.example.com/redis"),
        ("U", "http://my-redis:80/", "http://my-redis:80/"),
        (
            "CORS",
            '["http://api:3000", "https://x.kr"]',
            '["http://127.64.0.3:3000", "https://x.kr"]',
        ),
        # name:port, alone and in lists.
        ("BROKERS", "redis:6379,api:80", "127.64.0.2:6379,127.64.0.3:80"),
        ("BROKERS", "redis:6379, api:80", "127.64.0.2:6379, 127.64.0.3:80"),
        ("X", "redis:latest", "redis:latest"),
        ("BASE_IMAGE", "redis:7", "redis:7"),
        ("X", "user:redis:6379", "user:redis:6379"),
        # A whole value, where the variable's name says that it is a host.
        ("POSTGRES_HOST", "postgres", "127.64.0.1"),
        ("PGHOST", "postgres", "127.64.0.1"),
        ("CACHE_SERVER", "redis", "127.64.0.2"),
        ("POSTGRES_USER", "postgres", "postgres"),
        ("POSTGRES_DB", "postgres", "postgres"),
        ("QUEUE", "redis", "redis"),
        # Keyword strings.
        (
            "DSN",
            "host=postgres user=postgres dbname=postgres",
            "host=127.64.0.1 user=postgres dbname=postgres",
        ),
        ("DSN", "Server=postgres;Database=api", "Server=127.64.0.1;Database=api"),
        # Every address is the own one.
        ("HOST", "0.0.0.0", "127.64.0.9"),
        ("HOSTNAME", "::", "127.64.0.9"),
        ("BIND", "0.0.0.0:8000", "127.64.0.9:8000"),
        ("ADDR", "tcp://0.0.0.0:8000", "tcp://127.64.0.9:8000"),
        ("TRUSTED", "0.0.0.0/0", "0.0.0.0/0"),
        ("X", "10.0.0.0.0", "10.0.0.0.0"),
        # Paths.
        ("UPLOAD_DIR", "/app/uploads/x", "/state/volumes/uploads/x"),
        ("PYTHONPATH", "/app:/app/lib", "/state/root/app:/state/root/app/lib"),
        ("TOKEN_FILE", "/run/secrets/token", "/state/files/run/secrets/token"),
        ("DB", "sqlite:////data/db.sqlite", "sqlite:////state/volumes/data/db.sqlite"),
        ("U", "http://x/app/y", "http://x/app/y"),
        ("X", "/application", "/application"),
        ("X", "/usr/app", "/usr/app"),
    ],
)
def test_a_variable(key: str, value: str, expected: str) -> None:
    assert REWRITER.variable(key, value) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (
            "uvicorn app:app --host 0.0.0.0 --port 8000",
            "uvicorn app:app --host 127.64.0.9 --port 8000",
        ),
        ("uvicorn app:app --host=0.0.0.0", "uvicorn app:app --host=127.64.0.9"),
        ("gunicorn -b [::]:8000 x", "gunicorn -b 127.64.0.9:8000 x"),
        ("gunicorn -b :8000 x", "gunicorn -b 127.64.0.9:8000 x"),
        ("uvicorn x --host ::", "uvicorn x --host 127.64.0.9"),
        ("uvicorn x --forwarded-allow-ips 0.0.0.0/0", "uvicorn x --forwarded-allow-ips 0.0.0.0/0"),
        ("wait-for-it postgres:5432 -- run", "wait-for-it 127.64.0.1:5432 -- run"),
        ("pg_isready -h postgres -U postgres", "pg_isready -h 127.64.0.1 -U postgres"),
        ("celery -A redis worker -Q redis", "celery -A redis worker -Q redis"),
        ("python /app/manage.py", "python /state/root/app/manage.py"),
    ],
)
def test_a_command_in_both_forms(command: str, expected: str) -> None:
    assert " ".join(REWRITER.command(tuple(command.split()))) == expected
    assert REWRITER.command(("sh", "-c", f"exec {command}"))[2] == f"exec {expected}"


def test_a_healthcheck_speaks_to_the_instance_itself() -> None:
    test = ("sh", "-c", "curl -f http://localhost:8000/health || nc 127.0.0.1 80")
    assert REWRITER.probe(test)[2] == ("curl -f http://127.64.0.9:8000/health || nc 127.64.0.9 80")
    assert REWRITER.probe(("x", "localhost.example.com"))[1] == "localhost.example.com"
