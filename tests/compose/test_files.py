"""Several files: override, extends, include, resets; and how they are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.compose import find_compose_file, load
from shipway.errors import Problem
from tests.compose.conftest import Load, Refuse, Write

BASE = """
services:
  web:
    image: x
    command: run
    environment: [A=1, B=2]
    ports: ["80:80"]
    volumes: ["./a:/data"]
    labels: {l: "1"}
    depends_on: [db]
    logging: {driver: local, options: {max-size: 1m}}
  db: {image: y}
"""


def merged(write: Write, more: str) -> dict[str, object]:
    directory = write(base_yml=BASE, more_yml=more)
    web: dict[str, object] = load(directory, ["base.yml", "more.yml"], environment={}).model[
        "services"
    ]["web"]
    return web


def test_each_key_merges_by_its_own_rule(write: Write) -> None:
    web = merged(
        write,
        "services: {web: {environment: {B: 3, C: 4}, ports: ['81:80', '80:80'], command: [go], "
        "volumes: ['./b:/data'], labels: [m=2], logging: {options: {max-file: '3'}}}}",
    )
    assert web["environment"] == {"A": "1", "B": "3", "C": "4"}
    assert [port["published"] for port in web["ports"]] == ["80", "81"]  # type: ignore[attr-defined]
    assert web["command"] == ["go"]
    assert [Path(v["source"]).name for v in web["volumes"]] == ["b"]  # type: ignore[attr-defined]
    assert web["labels"] == {"l": "1", "m": "2"}
    assert web["logging"] == {
        "driver": "local",
        "options": {"max-size": "1m", "max-file": "3"},
    } or (web["logging"] == {"driver": "local", "options": {"max-file": "3", "max-size": "1m"}})


def test_another_logging_driver_replaces_the_options(write: Write) -> None:
    web = merged(write, "services: {web: {logging: {driver: syslog}}}")
    assert web["logging"] == {"driver": "syslog"}


def test_reset_removes_and_override_replaces(write: Write) -> None:
    web = merged(
        write,
        "services: {web: {ports: !reset [], environment: !override {Z: 1}, command: !reset }}",
    )
    assert "ports" not in web
    assert web["environment"] == {"Z": "1"}
    assert web["command"] is None


def test_an_override_of_another_form_is_refused(write: Write) -> None:
    with pytest.raises(Problem, match="cannot be overridden"):
        merged(write, "services: {web: {ports: {a: b}}}")


def test_a_value_is_found_in_the_file_that_set_it_last(write: Write) -> None:
    directory = write(base_yml=BASE, more_yml="services:\n  web:\n    command: [go]\n")
    project = load(directory, ["base.yml", "more.yml"], environment={})
    assert str(project.source("services", "web", "command")) == "more.yml:3:5"
    assert str(project.source("services", "web", "image")) == "base.yml:4:5"
    assert str(project.source("services", "web", "environment", "B")) == "base.yml:6:24"


def test_the_default_file_and_its_override_are_found_from_below(write: Write) -> None:
    directory = write(
        compose_yml="services: {web: {image: x}}",
        compose__keep="",
        docker="",
    )
    (directory / "compose.override.yml").write_text("services: {web: {command: go}}", "utf-8")
    below = directory / "src" / "deep"
    below.mkdir(parents=True)
    project = load(below, environment={})
    assert project.name == "shop"
    assert [file.name for file in project.files] == ["compose.yml", "compose.override.yml"]
    assert find_compose_file(below) == directory / "compose.yml"


def test_without_a_file_the_problem_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        load(tmp_path, environment={})
    assert caught.value.kind == "compose-file-not-found"
    assert "-f" in caught.value.hints[0]


def test_extends_takes_paths_from_the_other_file_s_directory(write: Write) -> None:
    directory = write(
        compose_yml="services: {web: {extends: {file: base/b.yml, service: b}, command: go}}",
        base__b_yml="services: {b: {extends: c, build: ./ctx, env_file: e.env}, c: {user: me}}",
        base__e_env="A=1\n",
    )
    web = load(directory, environment={}).model["services"]["web"]
    assert web["build"]["context"] == str(directory / "base" / "ctx")
    assert (web["user"], web["command"], web["environment"]) == ("me", ["go"], {"A": "1"})


def test_a_circle_of_extends_is_refused_with_its_steps(refused: Refuse) -> None:
    problem = refused("services: {a: {extends: b}, b: {extends: a}}")
    assert "a → b → a" in problem.message or "b → a → b" in problem.message


def test_extending_what_is_not_there_suggests_the_nearest(refused: Refuse) -> None:
    problem = refused("services: {web: {extends: bace, image: x}, base: {image: y}}")
    assert problem.hints == ("did you mean `base`?",)


def test_include_brings_its_own_env_and_directory(write: Write) -> None:
    directory = write(
        compose_yml="include: [sub/c.yml]\nservices: {web: {image: x, depends_on: [api]}}",
        sub__c_yml="services: {api: {image: 'a:${TAG}', build: .}}",
        sub___env="TAG=sub\n",
    )
    api = load(directory, environment={}).model["services"]["api"]
    assert api["image"] == "a:sub"
    assert api["build"]["context"] == str(directory / "sub")


def test_an_included_service_of_the_same_name_is_refused(write: Write) -> None:
    directory = write(
        compose_yml="include: [o.yml]\nservices:\n  web: {image: x}\n",
        o_yml="services: {web: {image: y}}",
    )
    with pytest.raises(Problem) as caught:
        load(directory, environment={})
    assert str(caught.value.source) == "compose.yml:3:3"


def test_a_circle_of_includes_is_refused(write: Write) -> None:
    directory = write(
        compose_yml="include: [o.yml]\n", o_yml="include: [compose.yml]\nservices: {a: {image: x}}"
    )
    with pytest.raises(Problem, match="circle"):
        load(directory, environment={})


def test_nothing_is_fetched(refused: Refuse) -> None:
    problem = refused("include: ['https://example.com/compose.yml']\nservices: {a: {image: x}}")
    assert problem.kind == "compose-unsupported"


def test_profiles_enable_services_and_drop_what_only_others_need(loaded: Load) -> None:
    text = (
        "services: {web: {image: x}, debug: {image: y, profiles: [dev], volumes: ['data:/d']}}\n"
        "volumes: {data: }\n"
    )
    plain, dev = loaded(text), loaded(text, profiles=["dev"])
    assert (sorted(plain.model["services"]), "volumes" in plain.model) == (["web"], False)
    assert plain.disabled_services == ("debug",)
    assert sorted(dev.model["services"]) == ["debug", "web"]
    assert sorted(loaded(text, profiles=["*"]).model["volumes"]) == ["data"]


def test_selecting_a_service_brings_what_it_depends_on(loaded: Load) -> None:
    project = loaded(
        "services: {a: {image: x, depends_on: [b]}, b: {image: y}, c: {image: z}, "
        "d: {image: w, profiles: [p]}}"
    )
    assert sorted(project.select(["a"]).model["services"]) == ["a", "b"]
    assert sorted(project.select(["d"]).model["services"]) == ["d"]
    with pytest.raises(Problem, match="no service"):
        project.select(["e"])
