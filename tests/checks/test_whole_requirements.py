"""Requirements of which one line asks for several checks at once: each part is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shipway.checks.live.use import Checking
from shipway.daemon.clock import SystemClock
from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.spec import load_application
from shipway.spec.secretwords import is_weak
from tests.checks.cases.shape import Texts

PRODUCTION = EnvironmentId("shop", "production")
DEVELOPERS = """
services:
  api:
    build: ./api
    command: uvicorn app:app --host 0.0.0.0 --port 8000 --reload
    volumes: ["./api:/app"]
    ports: ["8000:8000"]
  web:
    build: ./web
    command: pnpm dev
    ports: ["3000:3000"]
  postgres:
    image: postgres:16
    environment: {POSTGRES_PASSWORD: "${DB_PASSWORD:-postgres}"}
    ports: ["5432:5432"]
    volumes: ["pg:/var/lib/postgresql/data"]
  redis: {image: "redis:7", ports: ["6379:6379"], volumes: ["queue:/data"]}
  minio:
    image: minio/minio:RELEASE.2025-01-01
    command: server /data
    environment: {MINIO_ROOT_USER: minioadmin, MINIO_ROOT_PASSWORD: minioadmin}
    volumes: ["media:/data"]
volumes: {pg: {}, queue: {}, media: {}}
"""
FILES: Texts = {
    "compose.yaml": DEVELOPERS,
    "shipway.yaml": "project: shop\nroutes: {/api: api, /: web}\ngates: {deploy: warning}\n",
    "api/Dockerfile": 'FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nCMD ["python"]\n',
    "web/Dockerfile": 'FROM node:20-slim\nWORKDIR /app\nCOPY . .\nCMD ["node"]\n',
}


def test_settings_for_developers_are_refused_by_the_gate(
    project: Callable[[Texts], Path],
) -> None:
    """R034: --reload, mounted sources, a development server, minioadmin, published stores."""
    checking = Checking(lambda _: pytest.fail("nothing runs"), None, SystemClock())  # type: ignore[arg-type]
    stops = "\n".join(checking.files(project(FILES), PRODUCTION).stops)
    for check in (
        "compose.reload",
        "compose.source-mounted",
        "compose.development-server",
        "compose.default-secret",
        "compose.published-store",
    ):
        assert f"({check})" in stops, f"{check} is not among\n{stops}"
    assert "minio" in stops


def test_a_closed_gate_names_the_command_that_mends_what_it_can(
    project: Callable[[Texts], Path],
) -> None:
    """A database that a laptop reaches is in many Compose files: one command binds its port."""
    published = "services:\n  cache:\n    image: redis:7\n    ports:\n      - 6379:6379\n"
    checking = Checking(lambda _: pytest.fail("nothing runs"), None, SystemClock())  # type: ignore[arg-type]
    root = project({"compose.yaml": published})
    view = checking.files(root, PRODUCTION)
    assert len(view.stops) == 1
    assert view.hints[0] == "shipway check --static --fix, which mends 1 of them"


PLACEHOLDERS = [
    "your-key-here",
    "your-secret-key",
    "<your key>",
    "sk-...",
    "강력한-비밀번호-설정",
    "최소-32자-랜덤-문자열",
    "your-256bit-secret-key-goes-here-please",
    "minioadmin",
    "postgres",
    "admin123",
]


@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_a_value_that_only_says_put_something_here_is_refused(
    project: Callable[[Texts], Path], value: str
) -> None:
    """R057: every placeholder of the documents, in a file and before a rollout."""
    assert is_weak(value)
    root = project(
        {
            "compose.yaml": "services: {api: {image: x:1, ports: ['80:80'], "
            "environment: {JWT_SECRET: '${JWT_SECRET}'}}}\n",
            "shipway.yaml": "project: shop\ncontract: {JWT_SECRET: {required: true, secret: true}}\n",
        }
    )
    with pytest.raises(Problem) as caught:
        load_application(root, environment="production", variables={"JWT_SECRET": value})
    assert caught.value.kind == "contract-broken"
    assert value not in str(caught.value)
    good = {"JWT_SECRET": "0f9b7c31e6d84ab20f9b7c31e6d84ab2"}
    assert load_application(root, environment="production", variables=good)
