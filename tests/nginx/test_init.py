"""`shipway init` and `shipway import nginx` in a project whose Compose file has a proxy."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from shipway.spec import load_application
from tests.cli.conftest import Type, home, typed
from tests.nginx.test_translate import ONE_NAME

__all__ = ["home", "typed"]

COMPOSE = """
services:
  backend: {build: ., expose: ["8000"]}
  frontend: {build: ., expose: ["3000"]}
  nginx:
    image: nginx:alpine
    ports: ["80:80"]
    depends_on: [backend, frontend]
    volumes: ["./nginx/nginx.conf:/etc/nginx/nginx.conf:ro", "./nginx/ssl:/etc/nginx/ssl:ro"]
  watcher: {build: ., depends_on: [nginx]}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "shop"
    (directory / "nginx" / "ssl").mkdir(parents=True)
    (directory / "compose.yaml").write_text(COMPOSE)
    (directory / "nginx" / "nginx.conf").write_text(dedent(ONE_NAME).lstrip("\n"))
    (directory / "Dockerfile").write_text('FROM python:3.11-slim\nCMD ["python"]\n')
    monkeypatch.chdir(directory)
    return directory


def test_init_takes_the_proxy_s_routes_and_sets_its_service_aside(
    project: Path, typed: Type
) -> None:
    """Issue item 2."""
    result = typed("init")
    assert result.code == 0, result.err
    text = (project / "shipway.yaml").read_text()
    for line in (
        "# taken from nginx/nginx.conf",
        "  /api: {service: backend, rate: 60/min}",
        "  /: frontend",
        "  nginx: {deploy: false}  # only was the proxy; remove this to keep it",
        "# - nginx is set aside: services.nginx.deploy is false.",
        "# Otherwise than in nginx/nginx.conf:",
        "# Not taken from nginx/nginx.conf:",
    ):
        assert line in text.splitlines(), text
    app = load_application(project, environment="production")
    assert [service.name for service in app.services] == ["backend", "frontend", "watcher"]
    assert app.port == 80
    assert app.service("watcher").after == ()


def test_without_the_line_the_proxy_stays(project: Path, typed: Type) -> None:
    typed("init")
    path = project / "shipway.yaml"
    kept = [line for line in path.read_text().splitlines() if "deploy: false" not in line]
    path.write_text("\n".join(line for line in kept if line != "services:"))
    app = load_application(project, environment="staging")
    assert "nginx" in [service.name for service in app.services]


def test_import_prints_the_lines_and_what_was_not_understood(project: Path, typed: Type) -> None:
    result = typed("import", "nginx", "nginx/nginx.conf")
    assert result.code == 0, result.err
    assert "  /ws: backend" in result.out.splitlines()
    assert "# - line 6: nginx refuses this:" in result.out
    assert not (project / "shipway.yaml").exists()
    found = json.loads(typed("import", "nginx", "nginx/nginx.conf", "--json").out)
    assert found["unknown"][0]["line"] == 6
    assert len(found["routes"]) == 4
