"""`shipway check --static` on a project of ten services ends in under 2 s."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.checks.cases.shape import Texts

SERVICE = """
  {name}:
    build: ./{name}
    env_file: {name}/.env
    environment:
      DATABASE_URL: postgresql://shop:${{DB_PASSWORD:?}}@db/shop
      LOG_LEVEL: ${{LOG_LEVEL:-info}}
    depends_on:
      db: {{condition: service_healthy}}
    restart: unless-stopped
    mem_limit: 256m
"""
DOCKERFILE = """FROM python:3.12-slim
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY app app
USER app
CMD ["uvicorn", "app.main:app"]
"""


def ten_services() -> Texts:
    names = [f"service{number}" for number in range(9)]
    database = "  db:\n    image: postgres:16\n    volumes: ['data:/var/lib/postgresql/data']\n"
    texts = {
        "compose.yaml": "services:\n"
        + "".join(SERVICE.format(name=name) for name in names)
        + database
        + "volumes:\n  data:\n"
    }
    for name in names:
        texts[f"{name}/Dockerfile"] = DOCKERFILE
        texts[f"{name}/.env.example"] = "".join(f"KEY_{index}=\n" for index in range(40))
        for index in range(30):
            texts[f"{name}/app/module{index}.py"] = (
                "import os\n\n\ndef f(a: int) -> int:\n    return a\n" * 40
            )
    return texts


@pytest.mark.alone
def test_a_project_of_ten_services_is_checked_in_under_two_seconds(
    project: Callable[[Texts], Path],
) -> None:
    """Without the external scanners, which are left out of the PATH and of the choice."""
    root = project(ten_services())
    argv = [sys.executable, "-m", "shipway", "check", "--static", str(root), "--json"]
    environment = {**os.environ, "PATH": "/usr/bin:/bin"}
    seconds = []
    for _ in range(3):
        start = time.monotonic()
        subprocess.run(argv, check=False, capture_output=True, env=environment, timeout=60)
        seconds.append(time.monotonic() - start)
    assert min(seconds) < 2.0, seconds
