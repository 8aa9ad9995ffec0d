"""The environment's layers: which value wins, where it comes from, and who gets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.errors import Problem
from shipway.spec import explain, load_application, load_spec, resolve_layers
from tests.spec.projects import DOCKERFILE, write

SPEC = """\
project: shop
env_files: [common.env]
variables:
  B: common variables
  C: common variables
  D: common variables
environments:
  staging:
    port: 4400
    env_files: ["{environment}.env"]
    variables:
      D: environment's variables
routes: {/: web}
"""

FILES = {
    "shipway.yaml": SPEC,
    "compose.yaml": """\
services:
  web:
    build: .
    ports: ["80"]
    env_file: [service.env]
    environment: {Z: "own", A: "own", SEEN: "${E:-nothing} ${ONLY_DOTENV:-nothing}"}
""",
    "Dockerfile": DOCKERFILE,
}

UNTRACKED = {
    ".env": "ONLY_DOTENV=low\nE=low\n",
    "service.env": "A=service file\nY=service file\n",
    "common.env": "A=common file\nB=common file\nC=common file\nD=common file\n",
    "staging.env": "C=environment's file\nD=environment's file\nBASE=${A}/x\n",
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write(tmp_path / "checkout", FILES)


@pytest.fixture
def local(tmp_path: Path) -> Path:
    return write(tmp_path / "shop", {**FILES, **UNTRACKED})


def test_each_layer_wins_over_those_below_it(source: Path, local: Path) -> None:
    """R052."""
    app = load_application(source, environment="staging", local=local, variables={"E": "store"})
    assert dict(app.service("web").environment) == {
        "A": "common file",
        "B": "common variables",
        "BASE": "common file/x",
        "C": "environment's file",
        "D": "environment's variables",
        "E": "store",
        "SEEN": "store low",
        "SHIPWAY_ENVIRONMENT": "staging",
        "Y": "service file",
        "Z": "own",
    }


def test_every_variable_knows_where_it_comes_from(source: Path, local: Path) -> None:
    layers = resolve_layers(
        load_spec(source), "staging", source=source, local=local, variables={"A": "x", "E": "y"}
    )
    told = {
        key: [str(origin) for origin in (item.origin, *reversed(item.overridden))]
        for key, item in layers.variables.items()
    }
    assert told == {
        "A": ["vault", "common env file (common.env:1)"],
        "B": [
            "common variables (shipway.yaml:4:3)",
            "common env file (common.env:2)",
        ],
        "C": [
            "environment's env file (staging.env:1)",
            "common variables (shipway.yaml:5:3)",
            "common env file (common.env:3)",
        ],
        "D": [
            "environment's variables (shipway.yaml:12:7)",
            "environment's env file (staging.env:2)",
            "common variables (shipway.yaml:6:3)",
            "common env file (common.env:4)",
        ],
        "BASE": ["environment's env file (staging.env:3)"],
        "E": ["vault"],
    }
    assert "common file" not in repr(layers)


BESIDE = """\
  db:
    image: postgres:16
    env_file: [service.env]
    environment: {Y: "of the Compose file"}
"""


def test_what_an_image_takes_from_an_env_file_is_the_environments_affair(
    source: Path, local: Path
) -> None:
    """R052: one password for the database and for those that ask it, another in production."""
    for directory in (source, local):
        path = directory / "compose.yaml"
        path.write_text(path.read_text() + BESIDE)
    (local / "service.env").write_text("PASSWORD=of the laptop\nY=file\nOTHER=file\n")
    kept = {"PASSWORD": "of the vault", "Y": "of the vault", "MORE": "of the vault"}
    app = load_application(source, environment="staging", local=local, variables=kept)
    assert dict(app.service("db").environment) == {
        "OTHER": "file",
        "PASSWORD": "of the vault",
        "Y": "of the Compose file",
    }
    said = {
        key: [
            str(item)
            for item in explain(source, key, environment="staging", local=local, variables=kept)
        ]
        for key in ("PASSWORD", "Y")
    }
    assert "db: PASSWORD from vault, over service (service.env:1:1)" in said["PASSWORD"]
    assert "db: Y from service (compose.yaml:10:19)" in said["Y"]


def test_what_the_commit_holds_wins_over_the_working_directory(source: Path, local: Path) -> None:
    write(source, {"common.env": "A=committed\n"})
    app = load_application(source, environment="staging", local=local)
    assert app.service("web").environment["A"] == "committed"


def test_a_missing_layer_is_named_with_the_places_that_were_looked_at(
    source: Path, local: Path
) -> None:
    (local / "staging.env").unlink()
    with pytest.raises(Problem) as caught:
        load_application(source, environment="staging", local=local)
    assert (
        str(caught.value)
        == f"""\
shipway.yaml:10:17: the env file staging.env of staging is missing: \
looked for it in the commit and {local}.
Hint: put it at staging.env in the project's directory
Hint: write {{path: staging.env, required: false}} where it may be missing"""
    )


def test_a_layer_that_may_be_missing_is_left_out(tmp_path: Path) -> None:
    spec = "project: a\nenv_files: [{path: x.env, required: false}]\nroutes: {/: web}\n"
    source = write(tmp_path, {**FILES, "shipway.yaml": spec, "service.env": ""})
    assert "A" in load_application(source, environment="staging").service("web").environment


def test_a_missing_env_file_of_compose_is_named_by_its_own_path(tmp_path: Path) -> None:
    spec = "project: a\nroutes: {/: web}\n"
    source = write(tmp_path, {**FILES, "shipway.yaml": spec})
    with pytest.raises(Problem) as caught:
        load_application(source, environment="staging")
    assert (
        str(caught.value)
        == """\
compose.yaml:5:16: services.web.env_file: there is no file service.env
Hint: create the file, or mark it with `required: false`
Hint: it need not be in git: the project's directory on the server is looked at too"""
    )


def test_places_in_env_files_of_compose_are_those_of_the_project(source: Path, local: Path) -> None:
    from shipway.spec.composition import compose_for
    from shipway.spec.tree import Tree

    spec = load_spec(source)
    composition = compose_for(
        spec,
        "staging",
        tree=Tree(source=source, local=local),
        layers=resolve_layers(spec, "staging", source=source, local=local),
    )
    place = composition.place("services", "web", "environment", "Y")
    assert str(place) == "service.env:2:1"
    assert str(composition.place("services", "web", "ports", 0)) == "compose.yaml:4:13"
    assert composition.model["services"]["web"]["build"]["context"] == str(source)


BROKEN = {
    "A=1\nB C=s3cret\n": "x.env:2: a key cannot hold a space.",
    "A='s3cret\n": "x.env:1: the quote is not closed.",
    "A=${s3cret-}${\n": "x.env:1: what stands there is not a valid use of a variable.",
    "s3cr%t=1\n": "x.env:1: unexpected character '%' in a variable's name.",
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_env_file_is_refused_without_its_values(tmp_path: Path, text: str) -> None:
    spec = "env_files: [x.env]\nroutes: {/: web}\n"
    source = write(tmp_path, {**FILES, "shipway.yaml": spec, "x.env": text})
    with pytest.raises(Problem) as caught:
        load_application(source, environment="staging")
    assert str(caught.value).splitlines()[0] == BROKEN[text]
    assert "s3cret" not in str(caught.value)


def test_a_required_variable_says_where_it_could_be_set(tmp_path: Path) -> None:
    compose = """\
services:
  web:
    build: .
    ports: ["80"]
    environment:
      URL: ${PUBLIC_URL:?the address of the site}
"""
    spec = """\
env_files: [{path: .env.common, required: false}]
environments:
  staging: {env_files: [{path: ".env.{environment}", required: false}]}
"""
    source = write(tmp_path, {**FILES, "compose.yaml": compose, "shipway.yaml": spec})
    with pytest.raises(Problem) as caught:
        load_application(source, environment="staging")
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("compose.yaml:6:7: ")
    assert "PUBLIC_URL" in lines[0]
    assert "the address of the site" in lines[0]
    assert lines[-2:] == [
        "Hint: set it in .env.staging",
        "Hint: set it below environments.staging.variables in shipway.yaml",
    ]


def test_a_variable_that_is_not_set_is_told(tmp_path: Path) -> None:
    compose = "services: {web: {build: ., ports: ['80'], environment: {A: '${NOWHERE}'}}}\n"
    source = write(tmp_path, {**FILES, "compose.yaml": compose, "shipway.yaml": ""})
    app = load_application(source, environment="staging")
    assert app.notes[0] == (
        "compose.yaml:1:57: the variable NOWHERE is not set; it counts as empty."
    )


def test_the_shells_own_variables_are_never_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FROM_THE_SHELL", "x")
    compose = """\
services: {web: {build: ., ports: ['80'], environment: {A: "${FROM_THE_SHELL:-none}", FROM_THE_SHELL: }}}
"""
    source = write(tmp_path, {**FILES, "compose.yaml": compose, "shipway.yaml": ""})
    environment = load_application(source, environment="staging").service("web").environment
    assert environment["A"] == "none"
    assert "FROM_THE_SHELL" not in environment


def test_a_variable_is_explained_service_by_service(tmp_path: Path) -> None:
    compose = """\
services:
  web: {build: ., ports: ["80"], environment: {A: own}}
  db: {image: postgres, environment: {A: database}}
"""
    files = {**FILES, "shipway.yaml": "variables: {A: s3cret}", "compose.yaml": compose}
    found = explain(write(tmp_path, files), "A", environment="staging")
    assert [str(item) for item in found] == [
        "all built services: A from common variables (shipway.yaml:1:13)",
        "db: A from service (compose.yaml:3:39)",
        "web: A from common variables (shipway.yaml:1:13), over service (compose.yaml:2:48)",
    ]
    assert "s3cret" not in repr(found)
