"""`shipway import railway`: what Railway was told of a service."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from shipway.compose import load
from shipway.hosting.railway import translate
from shipway.spec import load_application
from tests.cli.conftest import Type, home, typed

__all__ = ["home", "typed"]

RAILWAY = """\
[build]
builder = "DOCKERFILE"
dockerfilePath = "Dockerfile.production"

[deploy]
startCommand = "alembic upgrade head && uvicorn app.main:app --host 0.0.0.0 --port 8000"
healthcheckPath = "/health"
healthcheckTimeout = 100
restartPolicyType = "ON_FAILURE"
restartPolicyMaxRetries = 10
numReplicas = 2
region = "asia-southeast1"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "vision"
    (directory / "backend").mkdir(parents=True)
    (directory / "backend" / "railway.toml").write_text(RAILWAY)
    (directory / "backend" / "Dockerfile.production").write_text('FROM python:3.12\nCMD ["x"]\n')
    monkeypatch.chdir(directory)
    return directory


def test_every_setting_of_the_document_becomes_a_line_that_shipway_reads(
    project: Path, typed: Type
) -> None:
    """R073: builder, Dockerfile, start, health path and time, restart policy and its number."""
    result = typed("import", "railway", "backend/railway.toml", "--json")
    assert result.code == 0, result.err
    found = json.loads(result.out)
    (project / "compose.yaml").write_text(found["compose.yaml"] + "\n    ports: ['8000:8000']\n")
    (project / "shipway.yaml").write_text(found["shipway.yaml"] + "\n")
    service = load(project, ["compose.yaml"], environment={}).model["services"]["backend"]
    assert service["build"]["dockerfile"] == "Dockerfile.production"
    assert service["build"]["context"] == str(project / "backend")
    assert service["restart"] == "on-failure:10"
    assert service["deploy"]["replicas"] == 2
    assert "alembic" not in " ".join(service["command"])

    app = load_application(project, environment="production")
    backend = app.service("backend")
    assert backend.probe
    assert backend.probe.paths == ("/health",)
    assert backend.probe.deadline_s == 100
    assert backend.replicas == 2
    (job,) = app.jobs
    assert (job.service, job.argv) == ("backend", ("alembic", "upgrade", "head"))
    assert found["unknown"] == ["deploy.region"]
    assert any("runs once a release now" in text for text in found["remarks"])


def test_a_builder_without_a_dockerfile_is_named(typed: Type, project: Path) -> None:
    (project / "web").mkdir()
    (project / "web" / "railway.json").write_text(
        '{"$schema": "x", "build": {"builder": "NIXPACKS"}, "deploy": {"startCommand": "npm run start"}}'
    )
    result = typed("import", "railway", "web/railway.json", "--service", "frontend")
    assert result.code == 0
    assert "Shipway wants one for frontend" in result.out
    compose = result.out.partition("# compose.yaml\n")[2].partition("\n\n")[0]
    assert yaml.safe_load(compose) == {
        "services": {"frontend": {"build": "./web", "command": "npm run start"}}
    }


def test_a_file_that_cannot_be_read_is_named_with_its_line(typed: Type, project: Path) -> None:
    (project / "railway.toml").write_text("[build]\nbuilder = \n")
    result = typed("import", "railway", "railway.toml")
    assert result.code == 1
    assert "railway.toml:2" in result.err


def test_a_start_without_a_migration_is_told_of_none_and_a_bad_number_is_left_out() -> None:
    deploy = {"startCommand": "npm start", "healthcheckTimeout": "soon", "numReplicas": True}
    found = translate({"deploy": deploy}, service="web")
    assert found.remarks == ()
    assert found.spec == {}
    assert found.compose == {"services": {"web": {"build": ".", "command": "npm start"}}}
