"""An application is kept exactly, shown without secrets, and compared without values."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from shipway.model.application import Application
from shipway.spec import (
    application_from_json,
    application_to_json,
    differences,
    fingerprint,
    load_application,
)
from tests.spec.projects import write

COMPOSE = """\
services:
  db: {image: "postgres:16", environment: {POSTGRES_PASSWORD: "${DB_PASSWORD}"}}
  cache: {image: redis, command: "redis-server --requirepass ${DB_PASSWORD}"}
  api:
    build: {context: ., args: {PUBLIC_URL: "${PUBLIC_URL}"}}
    ports: ["8000"]
    healthcheck: {test: "curl -f http://localhost:8000/up"}
    environment: {DATABASE_URL: "postgresql://app:${DB_PASSWORD}@db/app"}
    secrets: [key]
  seed:
    build: .
    depends_on: {db: {condition: service_started}}
  worker:
    build: .
    depends_on: {seed: {condition: service_completed_successfully}}
secrets: {key: {file: ./key}}
"""

SPEC = """\
project: shop
variables: {DB_PASSWORD: hunter2hunter2, PUBLIC_URL: "http://staging"}
files: [{source: bytes, target: /bytes, owner: "1:2", services: [api]}]
environments:
  staging: {port: 4400}
  production:
    port: 4500
    hosts: [shop.example.com]
    variables: {PUBLIC_URL: "http://production", LOG_LEVEL: WARNING, DB_PASSWORD: other-secret}
    replicas: {api: 2}
    rollout: {soak: 30s}
migrate: {service: api, command: alembic upgrade head}
smoke: [{path: /up, contains: ok, status: [200, 204-205]}]
"""

SECRETS = ("hunter2hunter2", "other-secret", "KEY-CONTENT", "bytes-content")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write(
        tmp_path / "checkout",
        {
            "shipway.yaml": SPEC,
            "compose.yaml": COMPOSE,
            "Dockerfile": "FROM a\n",
            "key": "KEY-CONTENT",
            "bytes": "bytes-content\x00ÿ",
        },
    )


@pytest.fixture
def app(source: Path) -> Application:
    return load_application(source, environment="staging")


def test_an_application_comes_back_exactly(app: Application) -> None:
    text = json.dumps(application_to_json(app, reveal=True))
    assert application_from_json(json.loads(text)) == app


def test_an_application_is_shown_without_secrets(app: Application, source: Path) -> None:
    for shown in (app, load_application(source, environment="production")):
        text = json.dumps(application_to_json(shown, reveal=False))
        for secret in (*SECRETS, "Ynl0ZXM"):
            assert secret not in text
        assert "redis-server" in text
        assert "POSTGRES_PASSWORD" in text
        for secret in SECRETS:
            assert secret not in "".join(map(repr, (shown.services[0].environment, shown.notes)))


def test_what_was_shown_cannot_be_read_back(app: Application) -> None:
    with pytest.raises(ValueError, match="hidden"):
        application_from_json(application_to_json(app, reveal=False))
    with pytest.raises(ValueError, match="format"):
        application_from_json({"format": 99})


def test_a_fingerprint_is_the_same_for_the_same_and_changes_with_any_value(
    app: Application, source: Path
) -> None:
    again = load_application(source, environment="staging")
    assert fingerprint(again) == fingerprint(app)
    assert fingerprint(app).startswith("sha256:")
    write(source, {"key": "OTHER"})
    assert fingerprint(load_application(source, environment="staging")) != fingerprint(app)
    assert fingerprint(replace(app, port=1)) != fingerprint(app)


def test_differences_name_what_differs_and_no_value(app: Application, source: Path) -> None:
    production = load_application(source, environment="production")
    told = [str(item) for item in differences(app, production)]
    assert told == [
        "api: variable DATABASE_URL changed",
        "api: variable DB_PASSWORD changed",
        "api: variable PUBLIC_URL changed",
        "api: variable LOG_LEVEL added",
        "api: build argument PUBLIC_URL changed",
        "api: service replicas changed (1 → 2)",
        "cache: service command changed",
        "db: variable POSTGRES_PASSWORD changed",
        "seed: variable DB_PASSWORD changed",
        "seed: variable PUBLIC_URL changed",
        "seed: variable LOG_LEVEL added",
        "worker: variable DB_PASSWORD changed",
        "worker: variable PUBLIC_URL changed",
        "worker: variable LOG_LEVEL added",
        "address port changed (4400 → 4500)",
        "address hosts changed (none → shop.example.com)",
        "policy soak_s changed (0.0 → 30.0)",
    ]
    assert differences(app, app) == []


def test_another_checkout_of_the_same_files_makes_no_difference(
    app: Application, tmp_path: Path, source: Path
) -> None:
    other = tmp_path / "other"
    source.rename(other)
    assert differences(app, load_application(other, environment="staging")) == []


def test_differences_tell_services_routes_jobs_and_resources(
    app: Application, source: Path
) -> None:
    """R095."""
    compose = COMPOSE.replace("  worker:", "  mailer:").replace("./key", "./bytes2")
    spec = SPEC.replace("upgrade head", "upgrade x").replace("path: /up", "path: /live")
    spec += "routes: {/: api, /api: api}\n"
    write(source, {"compose.yaml": compose, "shipway.yaml": spec, "bytes2": "x"})
    write(source, {"bytes": "y"})
    told = [str(item) for item in differences(app, load_application(source, environment="staging"))]
    assert told == [
        "api: file /bytes changed",
        "service worker removed",
        "service mailer added",
        "route /api added (to api)",
        "job migrate changed",
        "smoke GET /up removed",
        "smoke GET /live added",
        "resource secrets.key changed",
    ]
