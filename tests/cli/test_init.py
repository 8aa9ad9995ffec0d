"""init, schema, completion: files and scripts, without a daemon."""

from __future__ import annotations

import json
from inspect import cleandoc
from pathlib import Path

import pytest

from shipway.spec import load_application
from tests.cli.conftest import Type

COMPOSE = """
services:
  api:
    build: .
    ports: ["8000:8000"]
    healthcheck: {test: ["CMD", "curl", "-f", "http://localhost:8000/up"]}
  web: {build: ., ports: ["3000:3000"]}
  db: {image: "postgres:16", volumes: ["data:/var/lib/postgresql/data"]}
volumes: {data: {}}
"""


@pytest.fixture
def compose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a directory with a Compose file and no shipway.yaml."""
    directory = tmp_path / "shop"
    directory.mkdir()
    (directory / "compose.yaml").write_text(COMPOSE)
    (directory / "Dockerfile").write_text('FROM python:3.11-slim\nCMD ["python"]\n')
    monkeypatch.setattr("shipway.cli.init_ports._can_listen", lambda _port: True)
    monkeypatch.chdir(directory)
    return directory


def test_init_writes_what_has_to_be_said_and_marks_what_it_guessed(
    compose: Path, typed: Type
) -> None:
    result = typed("init")
    assert result.code == 0, result.err
    text = (compose / "shipway.yaml").read_text()
    assert (
        text
        == cleandoc(
            """
        # How Shipway brings this project to its environments.
        # Every key: shipway schema, or docs/shipway-yaml.md.
        project: shop

        environments:
          staging: {port: 4400}
          production: {port: 4500}

        # guessed from the services' names: which requests go to which service
        routes:
          /up: api  # guessed: the healthcheck tells its health there
          /api: api
          /: web

        services:
          api: {health: /up}

        smoke:
          - {name: api is well, path: /up, status: 200}
          - {name: the first page, path: /, status: 200}

        # a first one: replace it with what your users do (docs/journeys.md)
        journeys:
          everybody-answers:
            about: Every service that requests reach answers for itself.
            steps:
              - {name: api, request: GET /up, expect: {status: 200}}

        indicators:
          log_slow_queries: true  # PostgreSQL logs statements of 100ms and more

        # Taken from the Compose file:
        # - db is taken as stateful, because its image postgres is a data store.

        # Health is asked at the first of /health, /healthz, /up, / that is there. To name yours:
        # services:
        #   web: {health: /your/path}
        """
        )
        + "\n"
    )
    assert load_application(compose, environment="production").port == 4500


@pytest.mark.parametrize(
    ("line", "suggested"),
    [
        (
            "RUN pip install --no-cache-dir -r requirements.txt",
            "RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt",
        ),
        ("RUN \\\n  npm ci", "RUN --mount=type=cache,target=/root/.npm npm ci"),
        ("RUN --mount=type=cache,target=/root/.npm npm ci", None),
        ("RUN python -m compileall .", None),
    ],
)
def test_init_suggests_a_cache_mount_where_a_build_fetches_packages_anew(
    compose: Path, typed: Type, line: str, suggested: str | None
) -> None:
    """R070."""
    dockerfile = f'FROM python:3.11-slim\nCOPY . .\n{line}\nCMD ["python"]\n'
    (compose / "Dockerfile").write_text(dockerfile)
    assert typed("init").code == 0
    text = (compose / "shipway.yaml").read_text()
    if suggested is None:
        assert "type=cache" not in text
    else:
        assert f"# - Dockerfile: line 3: {suggested}\n" in text


def test_init_never_overwrites(compose: Path, typed: Type) -> None:
    (compose / "shipway.yml").write_text("project: mine\n")
    result = typed("init")
    assert result.code == 1
    assert "it was left as it is" in result.err
    assert not (compose / "shipway.yaml").exists()


def test_init_without_a_compose_file_says_so(
    tmp_path: Path, typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = typed("init", "--json")
    assert result.code == 1
    assert "problem" in json.loads(result.out)
    assert not (tmp_path / "shipway.yaml").exists()


def test_the_schema_is_json(typed: Type) -> None:
    assert json.loads(typed("schema").out)["title"] == "shipway.yaml"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_that_says_how_to_install_it(shell: str, typed: Type) -> None:
    out = typed("completion", shell).out
    assert f"# To install: shipway completion {shell}" in out
    assert "_SHIPWAY_COMPLETE" in out
    assert out.startswith("#compdef shipway") == (shell == "zsh")


def test_completion_knows_the_commands(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_SHIPWAY_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "shipway ro")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert typed().out.splitlines() == ["plain,rollback", "plain,rollouts"]


@pytest.mark.parametrize("words", ["deploy", "audit", "diff", "promote --to", "sleep"])
def test_completion_knows_environments_that_are_declared_before_the_first_deploy(
    words: str, project: Path, typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "project: shop\nenvironments:\n  staging: {port: 4400}\n  trial: {port: 4401}\n"
    (project / "shipway.yaml").write_text(text)
    monkeypatch.setenv("_SHIPWAY_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", f"shipway {words} ")
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) + 1))
    assert typed().out.splitlines() == ["plain,staging", "plain,trial"]
