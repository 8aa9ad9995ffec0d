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

        # guessed from the services' names: which requests go to which service
        routes:
          /api: api
          /: web

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
