"""`shipway generate render|railway|vercel`, and back: what other platforms are told."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
import yaml

from shipway.compose import load
from shipway.hosting.imported import written
from shipway.hosting.railway_config import identifier
from shipway.hosting.render_file import translate
from shipway.spec import load_application
from tests.cli.conftest import Type, home, typed
from tests.generate.project import COMPOSE, write_project

__all__ = ["home", "typed"]

MORE = """\
migrate:
  - {name: schema, service: backend, command: alembic upgrade head}
  - {name: first, service: backend, command: python -m app.first, once: true}
services: {backend: {health: {path: /health, deadline: 100s}}}
contract:
  SECRET_KEY: {generate: hex 32, services: [backend]}
  OPENAI_API_KEY: {secret: true, services: [backend, worker]}
  CACHE_URL: {derive: "redis://redis:6379/1", services: [backend]}
"""
WRITTEN = COMPOSE.replace(
    "      SECRET_KEY: ${SECRET_KEY:?}\n",
    "      SECRET_KEY: ${SECRET_KEY:?}\n      LOG_LEVEL: info\n      CACHE_URL: ${CACHE_URL}\n      API_TOKEN: in-plain-words\n",
)
SECRETS = ("do-not-show-me", "nor-me-0f9b7c31e6d84ab2", "in-plain-words")

# What https://render.com/docs/blueprint-spec says of the fields that are written here: the
# schema itself is not in any package.
TEXT = {"type": "string", "minLength": 1}
REFERENCE = {
    "type": "object",
    "required": ["name", "property"],
    "properties": {"name": TEXT, "type": {"enum": ["keyvalue", "web", "pserv", "worker"]}},
}
VARIABLE = {
    "type": "object",
    "required": ["key"],
    "additionalProperties": False,
    "minProperties": 2,
    "maxProperties": 2,
    "properties": {
        "key": TEXT,
        "value": {"type": "string"},
        "generateValue": {"const": True},
        "sync": {"const": False},
        "fromDatabase": REFERENCE,
        "fromService": {**REFERENCE, "required": ["name", "property", "type"]},
    },
}
RENDER = {
    "type": "object",
    "required": ["services"],
    "additionalProperties": False,
    "properties": {
        "services": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "name"],
                "additionalProperties": False,
                "properties": {
                    "type": {"enum": ["web", "pserv", "worker", "cron", "keyvalue"]},
                    "name": {"type": "string", "pattern": "^[a-z0-9-]+$"},
                    "runtime": {"enum": ["docker", "image"]},
                    "image": {"type": "object", "required": ["url"]},
                    "dockerfilePath": {"type": "string", "pattern": "^\\./"},
                    "dockerContext": {"type": "string", "pattern": "^\\."},
                    "dockerCommand": TEXT,
                    "preDeployCommand": TEXT,
                    "healthCheckPath": {"type": "string", "pattern": "^/"},
                    "numInstances": {"type": "integer"},
                    "maxShutdownDelaySeconds": {"type": "integer", "maximum": 300},
                    "domains": {"type": "array", "items": TEXT},
                    "disk": {"type": "object", "required": ["name", "mountPath"]},
                    "envVars": {"type": "array", "items": VARIABLE},
                    "ipAllowList": {"type": "array"},
                    "maxmemoryPolicy": {"enum": ["noeviction", "allkeys-lru"]},
                },
            },
        },
        "databases": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name"],
                "additionalProperties": False,
                "properties": {
                    "name": TEXT,
                    "databaseName": TEXT,
                    "postgresMajorVersion": {"type": "string", "pattern": "^\\d+$"},
                    "ipAllowList": {"type": "array"},
                },
            },
        },
    },
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = write_project(tmp_path / "sns", **{"compose.yaml": WRITTEN})
    with (directory / "shipway.yaml").open("a") as file:
        file.write(MORE)
    monkeypatch.chdir(directory)
    return directory


def by_name(found: list[dict[str, Any]], key: str = "name") -> dict[str, dict[str, Any]]:
    return {item[key]: item for item in found}


def test_a_project_becomes_a_blueprint_of_render_without_a_secret(
    project: Path, typed: Type
) -> None:
    """R207: services, databases and variables as render.yaml; the fields are its reference's."""
    result = typed("generate", "render", "-y")
    assert result.code == 0, result.err
    text = (project / "render.yaml").read_text()
    assert not [word for word in SECRETS if word in text]
    made = yaml.safe_load(text)
    jsonschema.validate(made, RENDER)
    services = by_name(made["services"])
    assert set(services) == {
        "sns-backend", "sns-worker", "sns-frontend", "sns-redis", "sns-minio",
    }  # fmt: skip
    backend = services["sns-backend"]
    assert (backend["type"], backend["runtime"]) == ("web", "docker")
    assert (backend["dockerfilePath"], backend["dockerContext"]) == (
        "./backend/Dockerfile",
        "./backend",
    )
    assert backend["preDeployCommand"] == "alembic upgrade head"
    assert backend["healthCheckPath"] == "/health"
    variables = by_name(backend["envVars"], "key")
    assert variables["DATABASE_URL"]["fromDatabase"] == {
        "name": "sns-postgres",
        "property": "connectionString",
    }
    assert variables["REDIS_URL"]["fromService"]["type"] == "keyvalue"
    assert variables["CACHE_URL"]["fromService"]["name"] == "sns-redis"
    assert variables["SECRET_KEY"] == {"key": "SECRET_KEY", "generateValue": True}
    assert variables["OPENAI_API_KEY"] == {"key": "OPENAI_API_KEY", "sync": False}
    assert variables["API_TOKEN"] == {"key": "API_TOKEN", "sync": False}
    assert variables["LOG_LEVEL"] == {"key": "LOG_LEVEL", "value": "info"}
    assert services["sns-worker"]["type"] == "worker"
    assert services["sns-frontend"]["domains"] == ["example.com"]
    assert services["sns-minio"]["disk"]["mountPath"] == "/data"
    assert services["sns-redis"]["maxmemoryPolicy"] == "noeviction"
    (database,) = made["databases"]
    assert (database["postgresMajorVersion"], database["databaseName"]) == ("16", "sns")
    assert "DATABASE_URL names the driver (postgresql+asyncpg)" in result.out
    assert "OPENAI_API_KEY" in result.out
    assert "backend answers at /api here" in result.out
    assert "python -m app.first runs once in an environment" in result.out
    assert typed("generate", "render", "-y").out.startswith("It is as it should be.")


def test_a_project_becomes_a_program_that_railways_own_library_takes(
    project: Path, typed: Type
) -> None:
    """R207: .railway/railway.py, run with Railway's library; the graph is what it would plan."""
    result = typed("generate", "railway", "-y")
    assert result.code == 0, result.err
    text = (project / ".railway" / "railway.py").read_text()
    assert not [word for word in SECRETS if word in text]
    module = ModuleType("railway_program")
    exec(compile(text, "railway.py", "exec"), module.__dict__)  # noqa: S102 - as Railway does
    graph = module.main({}).to_graph()
    assert graph["name"] == "sns"
    nodes = by_name(graph["resources"])
    assert {nodes[name]["engine"] for name in ("postgres", "redis")} == {"postgres", "redis"}
    backend = nodes["backend"]
    assert backend["source"]["rootDirectory"] == "backend"
    assert backend["build"] == {"builder": "DOCKERFILE", "dockerfilePath": "Dockerfile"}
    assert backend["deploy"]["preDeployCommand"] == ["alembic upgrade head"]
    assert backend["deploy"]["healthcheckPath"] == "/health"
    assert backend["deploy"]["healthcheckTimeout"] == 100
    assert backend["variables"]["DATABASE_URL"] == {
        "type": "reference",
        "resource": "database.postgres",
        "output": "DATABASE_URL",
    }
    assert backend["variables"]["SECRET_KEY"] == {"type": "preserve"}
    assert backend["variables"]["LOG_LEVEL"] == {"type": "literal", "value": "info"}
    assert nodes["frontend"]["networking"]["customDomains"] == {"example.com": {"port": 3000}}
    assert nodes["minio"]["source"]["image"] == "minio/minio"
    assert "volumeAttachments" in nodes["minio"]
    assert sys.modules["railway_sdk"]


def test_the_front_end_is_told_to_vercel_and_the_rest_is_passed_on(
    project: Path, typed: Type
) -> None:
    """R207: vercel.json beside the front end, for `vercel --prod`."""
    result = typed("generate", "vercel", "--backend", "https://api.example.com/", "-y")
    assert result.code == 0, result.err
    made = json.loads((project / "frontend" / "vercel.json").read_text())
    assert made == {
        "$schema": "https://openapi.vercel.sh/vercel.json",
        "framework": None,
        "installCommand": "pnpm install --frozen-lockfile",
        "buildCommand": "pnpm run build",
        "rewrites": [
            {"source": "/api/:path*", "destination": "https://api.example.com/api/:path*"}
        ],
    }
    (project / "frontend" / "package.json").unlink()
    (project / "frontend" / "pnpm-lock.yaml").unlink()
    refused = typed("generate", "vercel", "-y")
    assert refused.code == 1
    assert "shipway generate render" in refused.err


@pytest.mark.usefixtures("project")
def test_what_render_was_told_comes_back_as_compose_and_shipway_yaml(
    typed: Type, tmp_path: Path
) -> None:
    """R207: the Blueprint of the test above, imported, loads as an application."""
    assert typed("generate", "render", "-y").code == 0
    result = typed("import", "render", "render.yaml", "--json")
    assert result.code == 0, result.err
    found = json.loads(result.out)
    there = tmp_path / "back"
    (there / "backend").mkdir(parents=True)
    (there / "frontend").mkdir()
    for name in ("backend", "frontend"):
        (there / name / "Dockerfile").write_text('FROM scratch\nCMD ["x"]\n')
    (there / "compose.yaml").write_text(found["compose.yaml"] + "\n")
    (there / "shipway.yaml").write_text(
        f"project: back\nroutes: {{/: sns-frontend, /api: sns-backend}}\n{found['shipway.yaml']}\n"
    )
    names = re.findall(r"\$\{(\w+):\?\}", found["compose.yaml"])
    values = dict.fromkeys(names, "0f9b7c31e6d84ab20f9b7c31e6d84ab2")
    model = load(there, ["compose.yaml"], environment=values).model["services"]
    assert model["sns-backend"]["environment"]["DATABASE_URL"].startswith("postgresql://app:0f9b")
    app = load_application(there, environment="staging", variables=values)
    assert {item.name for item in app.services} >= {"sns-backend", "sns-postgres", "sns-redis"}
    (job,) = app.jobs
    assert job.argv == ("alembic", "upgrade", "head")
    probe = app.service("sns-backend").probe
    assert probe
    assert probe.paths == ("/health",)
    assert "sns-frontend is reached as example.com" in " ".join(found["remarks"])


def test_what_vercel_was_told_becomes_routes_and_remarks(project: Path, typed: Type) -> None:
    """R207."""
    told = {
        "framework": "nextjs",
        "buildCommand": "next build",
        "rewrites": [
            {"source": "/api/:path*", "destination": "https://api.example.com/api/:path*"}
        ],
        "crons": [{"path": "/api/clean", "schedule": "0 3 * * *"}],
        "regions": ["icn1"],
    }
    (project / "frontend" / "vercel.json").write_text(json.dumps(told))
    result = typed("import", "vercel", "frontend/vercel.json")
    assert result.code == 0, result.err
    assert "  /api: SERVICE\n" in result.out
    assert "/api was passed on to api.example.com: write the service" in result.out
    assert "  /: frontend" in result.out
    assert "/api/clean was called on a schedule (0 3 * * *)" in result.out
    assert "# Not taken: regions" in result.out
    (project / "broken.json").write_text("{")
    broken = typed("import", "vercel", "broken.json")
    assert broken.code == 1
    assert "broken.json:1" in broken.err


ODD = (
    "true",
    "12",
    "1e3",
    "a: b # c",
    "{x}",
    "echo $HOME && run",
    "two\nlines",
    "한국\u2028어\x7f",
)


@pytest.mark.parametrize("text", ODD)
def test_whatever_stands_in_a_blueprint_is_read_back_as_the_same_text(text: str) -> None:
    """R207: no text of a file becomes YAML by being pasted."""
    service = {
        "type": "web",
        "name": "on",
        "dockerCommand": text,
        "preDeployCommand": text,
        "healthCheckPath": text,
        "envVars": [{"key": "yes", "value": text}],
        "numInstances": text,
    }
    found = translate({"services": [service, "no service", {"type": "web"}]})
    spec = yaml.safe_load(written(found.spec))
    compose = yaml.safe_load(written(found.compose))["services"]["on"]
    as_compose = text.replace("$", "$$")
    assert compose["command"] == as_compose
    assert compose["environment"] == {"yes": as_compose}
    assert spec["services"]["on"]["health"] == text
    assert spec["migrate"][0]["command"] == text
    assert compose.get("deploy") == ({"replicas": 12} if text == "12" else None)


def test_two_services_of_similar_names_are_two_names_of_railways_program() -> None:
    names = ("a-b.c", "a.b-c", "a_b_c", "A-b.c", "s_a_b_c")
    made = [identifier(name) for name in names]
    assert len(set(made)) == len(names), made
    assert all(name.isidentifier() for name in made)
