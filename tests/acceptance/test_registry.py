"""Images in a registry: a real server, with a login, on the docker engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shipway.engines.docker import DockerEngine
from shipway.engines.docker import names as docker_names
from shipway.engines.docker.transport import Transport
from shipway.model.workload import Artifact
from tests.acceptance.conftest import home, shipway
from tests.support.asking import answer
from tests.support.registry import PASSWORD, USER, registry_server
from tests.support.running import Shipway, free_ports
from tests.support.tinyapp import SPEC, TinyApp, Variant

__all__ = ["home", "shipway"]


@pytest.fixture
def engine() -> str:
    return "docker"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "registry").mkdir()
    with registry_server(tmp_path / "registry") as found:
        yield found


@pytest.fixture
def app(tmp_path: Path, address: str) -> TinyApp:
    del address  # its port is taken before these are looked for
    staging, production = free_ports(2)
    return TinyApp(
        tmp_path / "app",
        project=f"reg{staging}",
        staging=staging,
        production=production,
        deadline="20s",
    )


def forget(api: Transport, project: str, release: int, image: str) -> None:
    """Take a release's containers and its image off the engine, as a cleaned server would."""
    wanted = docker_names.selector(
        {docker_names.PROJECT: project, docker_names.RELEASE: str(release)}
    )
    for one in api.get("/containers/json", all=True, filters=wanted):
        api.call("DELETE", f"/containers/{one['Id']}", query={"force": True})
    api.call("DELETE", f"/images/{image}", query={"force": True})


@pytest.mark.docker
@pytest.mark.timeout(480)  # the base image's layers are packed and sent once
def test_what_is_built_is_pushed_by_digest_and_comes_back_where_it_was_lost(
    shipway: Shipway, app: TinyApp, address: str, tmp_path: Path
) -> None:
    """R077: build, push by digest with the vault's password, pull what the server has lost."""
    spec = f"{SPEC}registry: {{address: {address}/acme, user: {USER}}}\n"
    app.commit(Variant(version="one"), **{"shipway.yaml": spec})
    refused = shipway.refused("deploy", app.directory, "staging")
    assert refused.kind == "no-registry-password"
    secrets = f"/projects/{app.project}/environments/staging/secrets"
    shipway.client.post(secrets, {"put": {"SHIPWAY_REGISTRY_PASSWORD": "wrong"}})
    refused = shipway.refused("deploy", app.directory, "staging")
    assert refused.kind == "registry-refused", refused
    assert "wrong" not in str(refused)
    shipway.client.post(secrets, {"put": {"SHIPWAY_REGISTRY_PASSWORD": PASSWORD}})

    # the base image's layers go there once: the first push is the long one
    number = shipway.begin("deploy", app.directory, "staging")
    first = shipway.finished(number, 300)
    assert first["state"] == "succeeded", shipway.story(number)
    story = shipway.story(first["id"])
    assert f"images are in {address}/acme" in story
    assert PASSWORD not in story + shipway.log()
    (release,) = shipway.client.get(f"/projects/{app.project}/releases")["releases"]
    api = release["artifacts"]["api"]
    assert api["pushed"].startswith(f"{address}/acme/{app.project}/api@sha256:")
    assert list((tmp_path / "registry" / "data").rglob(f"{app.project}/api/_manifests"))

    app.commit(Variant(version="two"), **{"shipway.yaml": spec})
    shipway.rolled("deploy", app.directory, "staging")
    made = DockerEngine()
    forget(made._transport, app.project, 1, api["reference"])
    back = shipway.rolled("rollback", app.directory, "staging")
    assert f"images were fetched from {address}/acme" in shipway.story(back["id"])
    assert made.exists(
        Artifact(service="api", kind="image", **{name: api[name] for name in ("reference", "name")})
    )
    assert answer(app.staging)[2]["version"] == "one"
