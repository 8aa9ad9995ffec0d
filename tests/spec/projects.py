"""Projects for tests: directories with the files that a test names."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.errors import Problem
from shipway.model.application import Application
from shipway.spec import load_application

DOCKERFILE = 'FROM python:3.12-slim\nCMD ["uvicorn", "app:app"]\n'

BOARD = """\
services:
  db:
    image: postgres:16-alpine
    environment: {POSTGRES_PASSWORD: "${DB_PASSWORD:-board}"}
    volumes: [db:/var/lib/postgresql/data]
  redis:
    image: redis:7-alpine
    ports: ["6379:6379"]
  api:
    build: ./api
    environment:
      DATABASE_URL: postgresql://postgres:${DB_PASSWORD:-board}@db/board
    depends_on: {db: {condition: service_healthy}, redis: {condition: service_started}}
    healthcheck:
      test: ["CMD-SHELL", "curl -f http://localhost:8000/health || exit 1"]
    ports: ["8000:8000"]
    stop_grace_period: 20s
  worker:
    build: ./api
    command: celery -A app.tasks worker --loglevel=info
  beat:
    build: ./api
    command: celery -A app.tasks beat
  web:
    build: ./web
    expose: ["3000"]
volumes:
  db:
"""

BOARD_SPEC = """\
project: board
routes:
  /api: api
  /: web
migrate: {service: api, command: alembic upgrade head}
"""


def write(directory: Path, files: dict[str, str]) -> Path:
    """Write files below a directory and return it."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return directory


def board(directory: Path, **files: str) -> Path:
    """Write the board: a web application with everything that real ones have."""
    named = {"spec": "shipway.yaml", "compose": "compose.yaml"}
    return write(
        directory,
        {
            "compose.yaml": BOARD,
            "shipway.yaml": BOARD_SPEC,
            "api/Dockerfile": DOCKERFILE,
            "web/Dockerfile": "FROM node:20\nEXPOSE 3000\n",
            **{named.get(name, name): text for name, text in files.items()},
        },
    )


def load_text(
    directory: Path, spec: str, compose: str, *, environment: str = "staging"
) -> Application:
    """Load an application from the texts of its two files; every build has a Dockerfile."""
    write(directory, {"shipway.yaml": spec, "compose.yaml": compose, "Dockerfile": DOCKERFILE})
    return load_application(directory, environment=environment)


def refused(directory: Path, spec: str, compose: str, *, environment: str = "staging") -> Problem:
    """Return the Problem with which an application is refused."""
    with pytest.raises(Problem) as caught:
        load_text(directory, spec, compose, environment=environment)
    return caught.value
