"""Any input ends in a model or in a Problem, in bounded time and memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shipway.compose import load, parse_env_file, render_json, render_yaml
from shipway.errors import Problem
from tests.compose.conftest import Refuse
from tests.compose.projects import projects

WEB = "services: {web: {image: x}}\n"


def bomb(leaf: str, level: Callable[[int], str]) -> str:
    lines = [f"x-0: &a0 {leaf}", *(f"x-{i}: &a{i} {level(i - 1)}" for i in range(1, 12))]
    return "\n".join(lines) + "\n" + WEB


BOMBS = {
    "lists": bomb("[l,l,l]", lambda i: "[" + ",".join([f"*a{i}"] * 9) + "]"),
    "mappings": bomb("{a: b}", lambda i: "{" + ",".join(f"k{j}: *a{i}" for j in range(9)) + "}"),
    "merge keys": bomb("{a: b}", lambda i: "{<<: [" + ",".join([f"*a{i}"] * 9) + "]}"),
    "brackets": "[" * 100_000,
    "braces": "{a: " * 100_000,
    "dashes": "- " * 100_000,
    "a large file": "x" * 2_000_000,
    "a long number": f"services: {{web: {{image: x, scale: {'9' * 100_000}}}}}",
    "a long duration": f"services: {{web: {{image: x, stop_grace_period: '{'9' * 5000}s'}}}}",
    "all ports, often": "services: {web: {image: x, ports: ["
    + ",".join(f"'{i}-65535'" for i in range(1, 60))
    + "]}}",
    "nested variables": "services: {web: {image: '" + "${A:-" * 5000 + "'}}",
    "an alias in itself": "x-a: &a [*a]\n" + WEB,
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_refused_within_a_second(text: str, refused: Refuse) -> None:
    start = time.process_time()  # a busy machine takes longer, and computes no more
    assert refused(text).kind.startswith("compose-")
    assert time.process_time() - start < 3


@pytest.mark.parametrize(
    "data", [b"\0", bytes(range(256)), b"\xff\xfe", b"services: \xe9", b"%YAML 1.2\n---\n{}"]
)
def test_bytes_that_are_no_yaml_are_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_bytes(data)
    with pytest.raises(Problem):
        load(tmp_path, environment={})


def test_a_chain_of_extends_is_bounded(refused: Refuse) -> None:
    steps = "".join(f"  s{i}: {{extends: s{i + 1}}}\n" for i in range(2000))
    assert refused("services:\n" + steps).kind == "compose-too-large"


TOKENS = st.sampled_from(
    [
        *("services:", "  web:", "    image: x", "    ports:", "      - '80:80'", "volumes:"),
        *("    build: .", "    <<: *a", "x-a: &a", "  b: c", "- d", "{", "}", "[", "]", ": ", "|"),
        *("!reset ", "!override ", "${A:-b}", "${", "$", '"', "'", "#", "\t", "---", "null", "1e9"),
        *("include: [compose.yml]", "    extends: web", "    deploy: {replicas: 2}", "    x", "é"),
    ]
)
TEXTS = st.one_of(
    st.text(max_size=80),
    st.lists(TOKENS, max_size=25).map("\n".join),
    st.lists(TOKENS, max_size=25).map("".join),
)


def ends_well(directory: Path) -> None:
    """Load and print; only a Problem may come out."""
    try:
        project = load(directory, environment={"A": "b", "HOME": "/h"}, profiles=["*"])
        render_yaml(project)
        project.source("services", "web", "ports", 0)
        render_json(project)
    except Problem as problem:
        assert str(problem)  # noqa: PT017 - either outcome is right


@pytest.mark.fuzz
@settings(suppress_health_check=list(HealthCheck))
@given(text=TEXTS)
def test_any_text_ends_in_a_model_or_a_problem(text: str, tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(text, "utf-8", "surrogatepass")
    ends_well(tmp_path)


@pytest.mark.fuzz
@settings(suppress_health_check=list(HealthCheck))
@given(files=projects(), at=st.integers(0, 5000), token=TOKENS, cut=st.integers(0, 30))
def test_a_damaged_project_ends_in_a_model_or_a_problem(
    files: dict[str, str], at: int, token: str, cut: int, tmp_path: Path
) -> None:
    text = files["compose.yml"]
    at %= len(text) + 1
    files["compose.yml"] = text[:at] + token + text[at + cut :]
    for name, content in files.items():
        (tmp_path / name).write_text(content, "utf-8")
    ends_well(tmp_path)


@pytest.mark.fuzz
@given(text=st.one_of(st.text(max_size=60), st.text("AB=\"'$\\{}:-#\n \r", max_size=40)))
def test_any_environment_file_ends_in_values_or_a_problem(text: str) -> None:
    try:
        entries = parse_env_file(text, lookup={"A": "b"})
    except Problem as problem:
        assert problem.kind == "compose-env-file"  # noqa: PT017 - either outcome is right
    else:
        assert all(1 <= entry.line <= text.count("\n") + 1 for entry in entries.values())
