"""`shipway doctor`, on this machine."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Type, home, typed
from tests.support.running import free_ports

__all__ = ["home", "typed"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "shop"
    directory.mkdir()
    monkeypatch.chdir(directory)
    return directory


def lines(text: str) -> dict[str, dict[str, str]]:
    return {item["name"]: item for item in json.loads(text)["lines"]}


def test_every_line_has_a_figure_and_what_is_wrong_a_hint(
    project: Path, home: Path, typed: Type
) -> None:
    """R215: this machine's tools against what the project's files ask for."""
    port, taken = free_ports(2)
    (project / "shipway.yaml").write_text(
        f"project: shop\nengine: process\nenvironments: {{staging: {port}, production: {taken}}}\n"
    )
    (project / "pyproject.toml").write_text('[project]\nname = "x"\nrequires-python = ">=3.99"\n')
    (project / ".nvmrc").write_text("lts/*\n")
    with socket.socket() as holder:
        holder.bind(("0.0.0.0", taken))
        holder.listen()
        result = typed("doctor", "--json")
    found = lines(result.out)
    assert result.code == 1
    assert not json.loads(result.out)["good"]
    assert all(item["figure"] for item in found.values())
    assert all(item["hint"] for item in found.values() if item["level"] in {"bad", "note"})
    assert found["python"]["level"] == "bad"
    assert found["python"]["wanted"] == ">=3.99 (pyproject.toml:3)"
    assert found[f"port {port}"]["level"] == "good"
    assert found[f"port {taken}"]["level"] == "bad"
    assert "production" in found[f"port {taken}"]["figure"]
    assert found["git"]["level"] == "good"
    assert found["haproxy"]["level"] == "good"
    assert found["daemon"]["figure"].startswith("none runs")
    assert not home.exists()  # it looked, and started nothing


def test_secrets_that_lie_open_are_found(home: Path, typed: Type) -> None:
    (home / "vault").mkdir(parents=True)
    (home / "vault" / "shop.age").write_text("x")
    (home / "vault" / "shop.age").chmod(0o644)
    (home / "vault").chmod(0o755)
    home.chmod(0o711)
    found = lines(typed("doctor", "--json").out)
    assert found["secrets"]["hint"] == f"chmod go= {home}/vault/shop.age"
    (home / "vault" / "shop.age").chmod(0o600)
    assert "secrets" not in lines(typed("doctor", "--json").out)


def test_for_a_person_it_is_grouped_and_ends_with_the_count(project: Path, typed: Type) -> None:
    (project / "shipway.yaml").write_text("project: shop\n")
    result = typed("doctor")
    assert "Shipway's own tools" in result.out
    assert "This machine" in result.out
    assert result.out.rstrip().endswith(".")
    assert ("must be mended" in result.out) == (result.code == 1)


def test_a_broken_shipway_yaml_is_a_problem_with_its_line(project: Path, typed: Type) -> None:
    (project / "shipway.yaml").write_text("project: [\n")
    result = typed("doctor")
    assert result.code == 1
    assert "shipway.yaml:" in result.err
    assert os.environ.get("SHIPWAY_DEBUG") is None


def test_files_of_values_are_neither_in_git_nor_open(project: Path, typed: Type) -> None:
    """R065: what git tracks is bad, what every user may read is noted, the rest is good."""
    (project / "shipway.yaml").write_text("project: shop\n")
    for name, mode in ((".env", 0o600), (".env.staging", 0o644), (".env.example", 0o644)):
        (project / name).write_text("KEY=value\n")
        (project / name).chmod(mode)
    (project / ".env.production").write_text("KEY=value\n")
    (project / ".gitignore").write_text(".env\n.env.staging\n")
    for words in (["init", "-q"], ["add", ".env.production", "shipway.yaml"]):
        subprocess.run(["git", "-C", str(project), *words], check=True)
    found = lines(typed("doctor", "--json").out)
    assert found[".env"]["level"] == "good"
    assert found[".env.staging"]["level"] == "note"
    assert found[".env.staging"]["hint"] == "chmod o= .env.staging"
    assert found[".env.production"]["level"] == "bad"
    assert "git rm --cached .env.production" in found[".env.production"]["hint"]
    assert ".env.example" not in found
