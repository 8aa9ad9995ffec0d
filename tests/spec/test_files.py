"""Mounted files, secrets, configs and folders: found, read, and kept with the release."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.errors import Problem
from shipway.spec import load_application
from tests.spec.projects import DOCKERFILE, write

COMPOSE = """\
services:
  api: {build: ., ports: ["80"]}
  worker: {build: .}
  redis: {image: redis}
"""


def project(tmp_path: Path, spec: str, compose: str = COMPOSE, **files: str) -> Path:
    return write(
        tmp_path / "checkout",
        {"shipway.yaml": spec, "compose.yaml": compose, "Dockerfile": DOCKERFILE, **files},
    )


def refusal(source: Path, local: Path | None = None) -> Problem:
    with pytest.raises(Problem) as caught:
        load_application(source, environment="staging", local=local)
    return caught.value


def test_files_go_to_all_built_services_or_to_those_that_are_named(tmp_path: Path) -> None:
    spec = """
files:
  - {source: all, target: /all}
  - {source: all, target: /redis.conf, services: [redis], mode: "0644"}
environments:
  staging: {files: [{source: own, target: /all, services: [api]}]}
"""
    source = project(tmp_path, spec, all="all", own="own")
    app = load_application(source, environment="staging")
    told = {
        service.name: [(file.target, file.content, file.mode) for file in service.files]
        for service in app.services
    }
    assert told == {
        "api": [("/all", b"own", 0o400)],
        "worker": [("/all", b"all", 0o400)],
        "redis": [("/redis.conf", b"all", 0o644)],
    }


def test_a_file_beside_the_commit_is_found_and_the_commits_own_wins(tmp_path: Path) -> None:
    spec = "files: [{source: keys/a.pem, target: /a.pem}]\n"
    source = project(tmp_path, spec)
    local = write(tmp_path / "local", {"keys/a.pem": "local"})
    app = load_application(source, environment="staging", local=local)
    assert app.service("api").files[0].content == b"local"
    write(source, {"keys/a.pem": "committed"})
    app = load_application(source, environment="staging", local=local)
    assert app.service("api").files[0].content == b"committed"


def test_a_missing_file_is_named_with_the_places_that_were_looked_at(tmp_path: Path) -> None:
    source = project(tmp_path, "files:\n  - source: keys/a.pem\n    target: /a.pem\n")
    assert (
        str(refusal(source, tmp_path / "local"))
        == f"""\
shipway.yaml:2:5: keys/a.pem is missing: looked for it in the commit and {tmp_path / "local"}.
Hint: put the file at keys/a.pem in the project's directory"""
    )


def test_a_file_over_one_mebibyte_is_refused(tmp_path: Path) -> None:
    source = project(tmp_path, "files: [{source: a, target: /a}]", a="x" * (1_048_576 + 1))
    assert refusal(source).kind == "file-too-large"


@pytest.mark.parametrize("path", ["../outside", "a/../../outside"])
def test_paths_stay_in_the_project(tmp_path: Path, path: str) -> None:
    """R036."""
    write(tmp_path, {"outside": "s3cret"})
    problem = refusal(project(tmp_path, f"files: [{{source: {path}, target: /a}}]"))
    assert "leaves the project's directory" in problem.message
    assert problem.source is not None


def test_a_link_in_the_commit_cannot_lead_out_of_it(tmp_path: Path) -> None:
    write(tmp_path, {"outside": "s3cret"})
    source = project(tmp_path, "files: [{source: link, target: /a}]")
    (source / "link").symlink_to(tmp_path / "outside")
    assert "leads out of the project" in refusal(source).message


def test_a_file_elsewhere_is_named_by_its_whole_path(tmp_path: Path) -> None:
    write(tmp_path, {"etc/key": "k"})
    source = project(tmp_path, f"files: [{{source: {tmp_path}/etc/key, target: /a}}]")
    assert load_application(source, environment="staging").service("api").files[0].content == b"k"


SECRETS = """\
services:
  api:
    build: .
    ports: ["80"]
    secrets: [token, key]
    configs: [nginx]
secrets:
  token: {environment: TOKEN}
  key: {file: ./keys/key}
  unused: {file: ./nowhere}
configs:
  nginx: {file: ./nginx.conf}
"""


def test_secrets_and_configs_become_content(tmp_path: Path) -> None:
    source = project(tmp_path, "variables: {TOKEN: t}", SECRETS, **{"nginx.conf": "server {}"})
    local = write(tmp_path / "local", {"keys/key": "k"})
    app = load_application(source, environment="staging", local=local)
    assert app.secrets["token"]["content"] == "t"
    assert app.secrets["key"]["content"] == "k"
    assert app.secrets["key"]["file"] == str(local / "keys/key")
    assert app.configs["nginx"]["content"] == "server {}"
    assert "unused" not in app.secrets


def test_a_secret_without_its_variable_or_file_is_refused(tmp_path: Path) -> None:
    source = project(tmp_path, "", SECRETS, **{"nginx.conf": ""})
    local = write(tmp_path / "local", {"keys/key": "k"})
    assert (
        str(refusal(source, local))
        == """\
compose.yaml:8:3: the variable TOKEN, which is the content of a secret or config, is not set.
Hint: set TOKEN in an env file of the environment"""
    )
    assert refusal(write(source, {"shipway.yaml": "variables: {TOKEN: t}"})).kind == "file-missing"


def test_folders_that_are_not_in_the_commit_are_mounted_from_beside_it(tmp_path: Path) -> None:
    compose = """\
services:
  api:
    build: .
    ports: ["80"]
    volumes: ["./config/keys:/keys:ro", "./static:/static", "./gone:/gone", "/etc/ssl:/ssl", "./data:/data", "./kept:/kept"]
"""
    source = project(tmp_path, "project: shop", compose, **{"static/a": "", "kept/.gitkeep": ""})
    local = write(tmp_path / "local", {"config/keys/a": "", "data/a": ""})
    app = load_application(source, environment="staging", local=local)
    mounts = [mount["source"] for mount in app.service("api").definition["volumes"]]
    assert mounts == [
        f"{local}/config/keys",
        f"{source}/static",
        f"{source}/gone",
        "/etc/ssl",
        f"{local}/data",
        f"{source}/kept",
    ]
    assert app.notes[:4] == (
        "api mounts config/keys from the working directory: it is not in the commit, so a rollback does not bring it back.",
        "api mounts gone, which is neither in the commit nor beside it: a new, empty one for each commit. For data, use a named volume.",
        "api mounts data from the working directory: all environments write to the same, and a rollback does not bring it back. For data, use a named volume.",
        "api mounts kept, which is empty in the commit: a new, empty one for each commit. For data, use a named volume.",
    )


def test_a_build_context_that_is_not_committed_is_refused(tmp_path: Path) -> None:
    source = project(tmp_path, "", "services:\n  api:\n    build: ./api\n    ports: ['80']\n")
    assert (
        str(refusal(source))
        == """\
compose.yaml:3:5: api is built from api, which is not in the commit.
Hint: git add api, then commit"""
    )
