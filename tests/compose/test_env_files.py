"""`.env` and `env_file` in Compose's own grammar (D01, R032)."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.compose import load, parse_env_file
from shipway.errors import Problem
from tests.compose.conftest import Write


def values(text: str, **variables: str) -> dict[str, str]:
    return {key: entry.value for key, entry in parse_env_file(text, lookup=variables).items()}


def test_a_comment_behind_an_empty_value_is_the_value() -> None:
    """D01: `KEY=      # comment` is set to the comment, which passes a test for `not empty`."""
    assert values("JWT_SECRET_KEY=      # JWT 서명 키 (최소 32자 랜덤 문자열)\n") == {
        "JWT_SECRET_KEY": "# JWT 서명 키 (최소 32자 랜덤 문자열)"
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=b # c\n", {"A": "b"}),
        ("A=b#c\n", {"A": "b#c"}),
        ('A="b # c"\n', {"A": "b # c"}),
        ("A='b $HOME'\n", {"A": "b $HOME"}),
        ("A=1\nB=${A}2\nC=$B\n", {"A": "1", "B": "12", "C": "12"}),
        ("export A=b\n", {"A": "b"}),
        ("A: b\n", {"A": "b"}),
        ("A = b \r\nC=d\r\n", {"A": "b", "C": "d"}),
        ('A="x\ny"\nB=z\n', {"A": "x\ny", "B": "z"}),
        (r'A="x\ny\t\"\$B"' + "\n", {"A": 'x\ny\t"$B'}),
        (r"A='x\ny'" + "\n", {"A": r"x\ny"}),
        ("PASSED\nLOST\n", {"PASSED": "on"}),
        ("# c\n\n  A=b\n", {"A": "b"}),
        ("A=b\nA=c\n", {"A": "c"}),
    ],
)
def test_each_line_means_what_compose_says(text: str, expected: dict[str, str]) -> None:
    assert values(text, PASSED="on") == expected


def test_a_byte_order_mark_at_the_start_of_a_file_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "e").write_bytes(b"\xef\xbb\xbfA=b\n")
    assert parse_env_file(tmp_path / "e")["A"].value == "b"


def test_each_value_knows_its_line() -> None:
    entries = parse_env_file('# c\nA="x\ny"\n\nB=z\n')
    assert {key: entry.line for key, entry in entries.items()} == {"A": 2, "B": 5}


@pytest.mark.parametrize("text", ['A="b\n', "A b=c\n", "A$=b\n", "A=${\n", "A=${B:?no}\n"])
def test_what_is_no_assignment_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_env_file("X=1\n" + text, path="app.env")
    assert caught.value.kind == "compose-env-file"
    assert str(caught.value.source) == "app.env:2"


def test_the_environment_wins_over_dot_env_and_the_file_over_nothing(write: Write) -> None:
    directory = write(
        compose_yml="services: {web: {image: '${A}-${B}', environment: [A, B, C]}}",
        _env="A=dot\nB=dot\n",
    )
    web = load(directory, environment={"A": "process"}).model["services"]["web"]
    assert web["image"] == "process-dot"
    assert web["environment"] == {"A": "process", "B": "dot", "C": None}


def test_env_files_are_read_in_order_below_the_service_s_own_values(write: Write) -> None:
    directory = write(
        compose_yml=(
            "services: {web: {image: x, environment: {C: own}, env_file: "
            "[common.env, {path: nope.env, required: false}, more.env]}}"
        ),
        common_env="A=1\nB=2\nC=3\n",
        more_env="B=${A}x\n",
    )
    project = load(directory, environment={})
    assert project.model["services"]["web"]["environment"] == {"A": "1", "B": "1x", "C": "own"}
    where = project.source("services", "web", "environment", "B")
    assert where is not None
    assert where.path.endswith("more.env")
    assert where.line == 1


def test_a_missing_env_file_is_refused_with_the_line_that_asks_for_it(write: Write) -> None:
    directory = write(compose_yml="services:\n  web:\n    image: x\n    env_file: nope.env\n")
    with pytest.raises(Problem) as caught:
        load(directory, environment={})
    assert str(caught.value.source) == "compose.yml:4:5"
    assert "required: false" in str(caught.value)


def test_dot_env_may_name_the_files_and_the_project(write: Write) -> None:
    directory = write(
        other_yml="services: {web: {image: x}}",
        _env="COMPOSE_FILE=other.yml\nCOMPOSE_PROJECT_NAME=board\n",
    )
    project = load(directory, environment={})
    assert project.name == "board"
    assert [file.name for file in project.files] == ["other.yml"]
