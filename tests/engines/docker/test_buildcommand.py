"""The command that builds an image, as a value, and the credentials of registries."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from shipway.engines.docker.buildcommand import BuildCommand, build_command
from shipway.engines.docker.client import Client, Clients
from shipway.engines.docker.registry import parse_image, registry_auth
from shipway.errors import Problem
from shipway.ports import BuildRequest

OLD = Client(path="/usr/bin/docker", version="20.10.24", api=(1, 41), buildx=False)
NEW = Client(path="/usr/bin/docker", version="28.0.0", api=(1, 48), buildx=True)


def command(build: Any, client: Client = OLD, **fields: Any) -> BuildCommand:
    request = BuildRequest(
        project="shop",
        service="api",
        commit="c0ffee" * 6,
        source=Path("/src"),
        definition={"build": build},
        **fields,
    )
    return build_command(
        request,
        client=client,
        host="unix:///d.sock",
        api=(1, 43),
        tag="shop/api:build-1",
    )


def words(build: Any, client: Client = OLD, **fields: Any) -> list[str]:
    """Return what a build adds to the plain command."""
    plain = command({"context": "/src"}, client).argv[:-1]
    argv = command({"context": "/src", **build}, client, **fields).argv
    return [word for word in argv[:-1] if word not in plain]


def test_a_plain_build_is_one_readable_command() -> None:
    """R069: built on the server, by BuildKit."""
    made = command({"context": "/src/api", "dockerfile": "Dockerfile"})
    assert " ".join(made.argv) == (
        "/usr/bin/docker build --progress plain --tag shop/api:build-1 "
        "--label io.shipway.project=shop --label io.shipway.service=api "
        "--file /src/api/Dockerfile /src/api"
    )
    assert made.environment["DOCKER_HOST"] == "unix:///d.sock"
    assert made.environment["DOCKER_BUILDKIT"] == "1"


def test_the_commit_is_not_told_so_the_same_content_gives_the_same_image() -> None:
    made = command({"context": "/src"})
    assert "c0ffee" not in f"{made.argv}{made.environment}"


def test_the_version_spoken_is_what_both_sides_know() -> None:
    assert command("/src").environment["DOCKER_API_VERSION"] == "1.41"
    assert command("/src", NEW).environment["DOCKER_API_VERSION"] == "1.43"


def test_values_of_build_arguments_are_in_no_process_list() -> None:
    made = command({"context": "/src", "args": {"TOKEN": "hunter2", "EMPTY": None, "PATH": "/x"}})
    assert "hunter2" not in " ".join(made.argv)
    assert "hunter2" not in repr(made).replace(repr(made.argv), "")
    assert made.environment["TOKEN"] == "hunter2"
    assert "PATH" not in made.environment
    assert [word for word in made.argv if word.startswith(("TOKEN", "PATH", "EMPTY"))] == [
        "TOKEN",
        "PATH=/x",
    ]


def test_an_inline_dockerfile_comes_by_standard_input() -> None:
    made = command({"context": "/src", "dockerfile_inline": "FROM scratch\n"})
    assert made.stdin == "FROM scratch\n"
    assert made.argv[-3:] == ("--file", "-", "/src")


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        ({"target": "run"}, ["--target", "run"]),
        ({"network": "host"}, ["--network", "host"]),
        ({"shm_size": "64m"}, ["--shm-size", "67108864"]),
        ({"no_cache": True, "pull": True}, ["--no-cache", "--pull"]),
        ({"cache_from": ["shop/api:staging"]}, ["--cache-from", "shop/api:staging"]),
        ({"extra_hosts": ["a=10.0.0.1"]}, ["--add-host", "a:10.0.0.1"]),
        ({"ulimits": {"nofile": {"soft": 1, "hard": 2}}}, ["--ulimit", "nofile=1:2"]),
        ({"platforms": ["linux/amd64"]}, ["--platform", "linux/amd64"]),
        ({"ssh": ["default"]}, ["--ssh", "default"]),
        ({"labels": {"a": "b"}}, ["a=b"]),
    ],
)
def test_what_compose_says_of_a_build_reaches_the_client(
    build: dict[str, Any], expected: list[str]
) -> None:
    assert words(build) == expected


def test_secrets_of_a_build_are_files() -> None:
    build = {"secrets": [{"source": "pip", "target": "pip.conf"}]}
    secrets = {"pip": {"file": "/root/pip.conf"}}
    assert words(build, secrets=secrets) == ["--secret", "id=pip.conf,src=/root/pip.conf"]
    with pytest.raises(Problem) as caught:
        words(build, secrets={"pip": {"environment": "PIP"}})
    assert caught.value.kind == "missing-file"


def test_what_only_buildx_can_do_is_used_there_and_said_elsewhere() -> None:
    build = {
        "additional_contexts": {"base": "/base"},
        "entitlements": ["network.host"],
        "cache_to": ["type=inline"],
    }
    assert words(build, NEW) == [
        "--build-context",
        "base=/base",
        "--allow",
        "network.host",
        "--cache-to",
        "type=inline",
    ]
    with pytest.raises(Problem) as caught:
        words(build, OLD)
    assert caught.value.kind == "unsupported"
    (note,) = command({"context": "/src", "cache_to": ["type=inline"]}).notes
    assert note.startswith("build.cache_to is left out")


def test_two_platforms_are_a_problem() -> None:
    with pytest.raises(Problem, match="a server builds for one"):
        words({"platforms": ["linux/amd64", "linux/arm64"]})


def fake_docker(folder: Path, version: str, *, buildx: bool) -> None:
    folder.mkdir()
    facts = json.dumps({"Version": version, "ApiVersion": "1.50"})
    plugin = "echo github.com/docker/buildx v0.13" if buildx else "exit 1"
    (folder / "docker").write_text(
        f"#!/bin/sh\nif [ $1 = buildx ]; then {plugin}; else echo '{facts}'; fi\n"
    )
    (folder / "docker").chmod(0o755)


def test_the_first_client_that_can_build_is_taken(tmp_path: Path) -> None:
    fake_docker(tmp_path / "a", "28.2.2", buildx=False)
    fake_docker(tmp_path / "b", "20.10.24+dfsg1", buildx=False)
    fake_docker(tmp_path / "c", "28.2.2", buildx=True)
    path = f"{tmp_path}/a:{tmp_path}/b:{tmp_path}/c:/usr/bin:/bin"
    found = Clients({"PATH": path})
    assert found.builder() == Client(
        path=f"{tmp_path}/b/docker", version="20.10.24+dfsg1", api=(1, 50), buildx=False
    )
    assert found.any() == f"{tmp_path}/a/docker"


def test_no_client_that_can_build_is_a_problem_that_names_what_there_is(tmp_path: Path) -> None:
    fake_docker(tmp_path / "a", "28.2.2", buildx=False)
    with pytest.raises(Problem, match=r"a/docker 28\.2\.2") as caught:
        Clients({"PATH": f"{tmp_path}/a"}).builder()
    assert caught.value.kind == "build-unavailable"


@pytest.mark.parametrize(
    ("name", "registry", "repository", "version"),
    [
        ("postgres", "docker.io", "postgres", "latest"),
        ("postgres:16", "docker.io", "postgres", "16"),
        ("acme/api:v1", "docker.io", "acme/api", "v1"),
        ("registry.example/acme/api", "registry.example", "registry.example/acme/api", "latest"),
        ("localhost:5000/api:v1", "localhost:5000", "localhost:5000/api", "v1"),
        (
            "registry.example/a/b:v1@sha256:0abc",
            "registry.example",
            "registry.example/a/b",
            "sha256:0abc",
        ),
    ],
)
def test_image_names(name: str, registry: str, repository: str, version: str) -> None:
    parsed = parse_image(name)
    assert (parsed.registry, parsed.repository, parsed.version) == (registry, repository, version)


def told(header: str | None) -> dict[str, str]:
    assert header is not None
    answer: dict[str, str] = json.loads(base64.urlsafe_b64decode(header))
    return answer


def test_credentials_come_from_dockers_own_file(tmp_path: Path) -> None:
    secret = base64.b64encode(b"me:pass:word").decode()
    (tmp_path / "config.json").write_text(
        json.dumps(
            {
                "auths": {
                    "registry.example": {"auth": secret},
                    "https://index.docker.io/v1/": {"identitytoken": "t"},
                }
            }
        )
    )
    environ = {"DOCKER_CONFIG": str(tmp_path)}
    assert told(registry_auth("registry.example", environ)) == {
        "username": "me",
        "password": "pass:word",
        "serveraddress": "registry.example",
    }
    assert told(registry_auth("docker.io", environ))["identitytoken"] == "t"
    assert registry_auth("other.example", environ) is None
    assert registry_auth("other.example", {"DOCKER_CONFIG": "/nonexistent"}) is None


def test_credentials_come_from_a_helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper = tmp_path / "docker-credential-vault"
    helper.write_text(
        '#!/bin/sh\nread key\necho "{\\"Username\\":\\"$key\\",\\"Secret\\":\\"s\\"}"\n'
    )
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (tmp_path / "config.json").write_text(
        json.dumps({"credHelpers": {"registry.example": "vault"}})
    )
    environ = {"DOCKER_CONFIG": str(tmp_path)}
    assert told(registry_auth("registry.example", environ))["username"] == "registry.example"
    assert registry_auth("other.example", environ) is None
