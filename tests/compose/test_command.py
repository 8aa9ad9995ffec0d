"""`shipway compose config` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shipway.cli.compose import compose
from tests.compose.conftest import Write

TEXT = """
services:
  web: {image: "shop:${TAG:-1}", depends_on: [db], environment: {A: "$$x <y>"}}
  db: {build: ., volumes: ["data:/d"], profiles: [p]}
volumes: {data: }
"""


def run(directory: Path, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.chdir(directory)
    monkeypatch.setenv("PWD", str(directory))
    monkeypatch.delenv("TAG", raising=False)
    return CliRunner().invoke(compose, ["config", *arguments])


def test_json_doubles_dollars_and_escapes_as_docker_does(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = write(compose_yml=TEXT)
    result = run(directory, "--profile", "p", "--format", "json", monkeypatch=monkeypatch)
    assert result.exit_code == 0
    assert '"A": "$$x \\u003cy\\u003e"' in result.stdout
    assert json.loads(result.stdout)["services"]["web"]["image"] == "shop:1"


def test_yaml_is_the_default(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(write(compose_yml=TEXT), "--profile", "p", "db", monkeypatch=monkeypatch)
    assert result.stdout.startswith("name: shop\nservices:\n  db:\n    profiles:\n      - p\n")
    assert "web:" not in result.stdout


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ("--services", "db\nweb\n"),
        ("--images", "shop-db\nshop:1\n"),
        ("--volumes", "data\n"),
        ("--profiles", "p\n"),
    ],
)
def test_short_answers(
    flag: str, expected: str, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(write(compose_yml=TEXT), "--profile", "p", flag, monkeypatch=monkeypatch)
    assert result.stdout == expected


def test_hashes_do_not_change_with_the_build(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run(
        write(compose_yml=TEXT), "--profile", "p", "--hash", "db", monkeypatch=monkeypatch
    ).stdout
    second = run(
        write(compose_yml=TEXT.replace("build: .", "build: ./b")),
        *("--profile", "p", "--hash", "db"),
        monkeypatch=monkeypatch,
    ).stdout
    assert first == second
    assert first.startswith("db ")


def test_a_refusal_goes_to_stderr_with_exit_code_one(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(write(compose_yml="services: {web: {imag: x}}"), monkeypatch=monkeypatch)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "compose.yml:1:18" in result.stderr
    assert "did you mean `image`?" in result.stderr


def test_the_batch_answers_every_case_whatever_happens(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = write(good_yml="services: {a: {image: x}}", bad_yml="services: {a: {}}")
    cases = tmp_path / "cases.jsonl"
    lines = [
        {"id": "good", "repo": "shop", "dir": "", "files": ["good.yml"], "kind": "single"},
        {"id": "bad", "repo": "shop", "dir": ".", "files": ["bad.yml"], "kind": "single"},
        {"id": "absolute", "dir": str(directory), "files": ["good.yml"]},
        {"id": "absent", "repo": "shop", "dir": "nowhere", "files": ["x.yml"]},
        {"id": "odd", "dir": 5},
    ]
    cases.write_text("\n".join([*map(json.dumps, lines), "not JSON", ""]), "utf-8")
    result = run(directory, "--batch", str(cases), monkeypatch=monkeypatch)
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [(answer["id"], answer["ok"]) for answer in answers] == [
        ("good", True),
        ("bad", False),
        ("absolute", True),
        ("absent", False),
        ("odd", False),
        (None, False),
    ]
    assert answers[0]["model"]["name"] == "shop"
    assert answers[1]["error"].startswith("bad.yml:1:")
