"""Builds, pulls, tags and pruning on a real Docker Engine."""

from __future__ import annotations

import base64
import gzip
import hashlib
import http.server
import io
import json
import socketserver
import tarfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shipway.errors import Problem
from shipway.model.workload import Artifact
from shipway.ports import BuildRequest
from tests.engines.docker.conftest import BASE, Yard

pytestmark = pytest.mark.docker


def request(yard: Yard, source: Path, **fields: Any) -> BuildRequest:
    build = {"context": str(source), **fields.pop("build", {})}
    return BuildRequest(
        project=yard.project,
        service="api",
        commit=fields.pop("commit", "1" * 40),
        source=source,
        definition=fields.pop("definition", {"build": build}),
        **fields,
    )


def write(folder: Path, dockerfile: str, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Dockerfile").write_text(f"FROM {BASE}\n{dockerfile}")
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def test_another_commit_with_the_same_content_is_the_same_image(yard: Yard, tmp_path: Path) -> None:
    lines: list[str] = []
    source = write(tmp_path, "COPY note /note\n", note="same")
    one = yard.engine.build(request(yard, source, commit="a" * 40), output=lines.append)
    (source / "note").touch()
    two = yard.engine.build(request(yard, source, commit="b" * 40), output=print)
    assert one == two
    assert any("COPY note /note" in line for line in lines)
    (image,) = yard.listed("images")
    assert image["RepoTags"] == [f"{yard.project}/api:{one.short}"]
    assert (one.built, one.name, one.facts["platform"]) == (True, "api", "linux/amd64")


def test_arguments_secrets_and_an_inline_dockerfile_reach_the_build(
    yard: Yard, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("hunter2")
    inline = (
        f"FROM {BASE} AS one\nARG COLOUR=red\nARG SIZE=1\n"
        "RUN --mount=type=secret,id=token cp /run/secrets/token /seen"
        " && echo $COLOUR $SIZE >> /seen\nFROM one AS two\nRUN false\n"
    )
    made = yard.engine.build(
        request(
            yard,
            tmp_path,
            build={
                "dockerfile_inline": inline,
                "target": "one",
                "args": {"COLOUR": "green", "SIZE": None},
                "secrets": [{"source": "token"}],
            },
            secrets={"token": {"file": str(tmp_path / "secret")}},
        ),
        output=print,
    )
    assert yard.printed("print(open('/seen').read())", artifact=made)[0] == "hunter2green 1"


def test_a_failed_build_names_its_step_and_shows_its_last_lines(yard: Yard, tmp_path: Path) -> None:
    source = write(tmp_path, "RUN echo first\nRUN echo about to fail && exit 3\n")
    with pytest.raises(Problem) as caught:
        yard.engine.build(request(yard, source), output=print)
    problem = caught.value
    assert problem.kind == "build-failed"
    assert "[3/3] RUN echo about to fail" in problem.message
    assert any("about to fail" in line for line in problem.details)
    assert len(problem.details) <= 20


@pytest.mark.parametrize("reason", ["deadline", "cancelled"])
def test_a_build_that_does_not_end_is_ended(yard: Yard, tmp_path: Path, reason: str) -> None:
    source = write(tmp_path, f"RUN echo {reason} && sleep 300\n")
    lines: list[str] = []
    begin = time.monotonic()
    with pytest.raises(Problem) as caught:
        yard.engine.build(
            request(yard, source, deadline_s=1.0 if reason == "deadline" else 60.0),
            output=lines.append,
            cancelled=lambda: reason == "cancelled" and bool(lines),
        )
    assert caught.value.kind == reason
    assert time.monotonic() - begin < 60


def test_prune_counts_what_it_freed_and_leaves_what_runs_or_is_somebody_elses(
    yard: Yard, tmp_path: Path
) -> None:
    """R072: cleaning removes only what carries our labels, never what a release needs."""

    def build(letter: str) -> Artifact:
        source = write(tmp_path / letter, "COPY big /big\n", big=letter * 1_000_000)
        return yard.engine.build(request(yard, source), output=print)

    kept, used, one, two = (build(letter) for letter in "kuot")
    for release, artifact in enumerate((kept, used, one, two)):
        yard.engine.tag(yard.project, artifact, f"r{release}")
    yard.engine.tag(yard.project, one, "staging")
    yard.engine.create(yard.workload(artifact=used))
    told: list[str] = []
    freed = yard.engine.prune(yard.project, [kept], output=told.append)
    assert 2_000_000 <= freed < 2_100_000
    assert len(told) == 2
    assert [yard.engine.exists(found) for found in (kept, used, one, two)] == [
        True,
        True,
        False,
        False,
    ]
    assert yard.engine.exists(yard.image)


def test_a_tag_moves(yard: Yard, tmp_path: Path) -> None:
    """R079: `:staging`, `:production`, `:rollback` are always true."""
    one = yard.engine.build(request(yard, write(tmp_path / "1", "RUN true\n")), output=print)
    two = yard.engine.build(request(yard, write(tmp_path / "2", "RUN true 2\n")), output=print)
    reference = f"{yard.project}/api:production"
    for found in (one, two, two):
        yard.engine.tag(yard.project, found, "production")
        assert yard.api.get(f"/images/{reference}/json")["Id"] == found.reference


def test_an_image_that_is_here_is_not_fetched(yard: Yard) -> None:
    found = yard.engine.build(
        request(yard, Path("/"), definition={"image": BASE}), output=pytest.fail
    )
    assert (found.reference, found.name, found.built) == (yard.image.reference, BASE, False)


@pytest.mark.parametrize("policy", ["missing", "never"])
def test_an_image_that_nobody_has_is_a_problem(yard: Yard, policy: str) -> None:
    image = "127.0.0.1:1/acme/api:v1"
    with pytest.raises(Problem, match=f"api: the image {image}") as caught:
        yard.engine.build(
            request(yard, Path("/"), definition={"image": image, "pull_policy": policy}),
            output=print,
        )
    assert caught.value.kind == "image-not-found"
    assert f"docker pull {image}" in caught.value.hints


class Registry(http.server.BaseHTTPRequestHandler):
    """As much of the registry protocol as a pull of one small image needs."""

    blobs: dict[str, tuple[str, bytes]]
    manifest: tuple[str, bytes]
    protocol_version = default_request_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.headers["Authorization"] != "Basic " + base64.b64encode(b"me:secret").decode():
            self.answer(401, "text/plain", b"", {"WWW-Authenticate": 'Basic realm="test"'})
        elif "/manifests/" in self.path:
            kind, body = self.manifest
            digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
            self.answer(200, kind, body, {"Docker-Content-Digest": digest})
        elif "/blobs/" in self.path:
            kind, body = self.blobs[self.path.rpartition("/")[2]]
            self.answer(200, kind, body, {})
        else:
            self.answer(200, "application/json", b"{}", {})

    do_HEAD = do_GET  # noqa: N815 - the standard library's name

    def answer(self, status: int, kind: str, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in {**headers, "Content-Type": kind}.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True


@pytest.fixture
def registry() -> Iterator[str]:
    """Serve one image with one file on this machine, for those who log in."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("nothing"))
    layer = gzip.compress(buffer.getvalue(), mtime=0)
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Cmd": ["/nothing"]},
            "rootfs": {
                "type": "layers",
                "diff_ids": [f"sha256:{hashlib.sha256(buffer.getvalue()).hexdigest()}"],
            },
        }
    ).encode()
    docker = "application/vnd.docker"
    kinds = {
        f"{docker}.container.image.v1+json": config,
        f"{docker}.image.rootfs.diff.tar.gzip": layer,
    }
    described = [
        {
            "mediaType": kind,
            "size": len(body),
            "digest": f"sha256:{hashlib.sha256(body).hexdigest()}",
        }
        for kind, body in kinds.items()
    ]
    kind = f"{docker}.distribution.manifest.v2+json"
    manifest = {
        "schemaVersion": 2,
        "mediaType": kind,
        "config": described[0],
        "layers": described[1:],
    }
    Registry.manifest = (kind, json.dumps(manifest).encode())
    Registry.blobs = {
        str(one["digest"]): (str(one["mediaType"]), body)
        for one, body in zip(described, kinds.values(), strict=True)
    }
    with Server(("127.0.0.1", 0), Registry) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_an_image_is_fetched_with_the_credentials_of_docker_login(
    yard: Yard, registry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R077: an image that CI has built is fetched by tag and kept by digest."""
    image = f"{registry}/acme/api:v1"
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with pytest.raises(Problem) as caught:
        yard.engine.build(request(yard, Path("/"), definition={"image": image}), output=print)
    assert caught.value.kind == "image-not-found"
    assert f"docker login {registry}" in caught.value.hints

    login = {"auths": {registry: {"auth": base64.b64encode(b"me:secret").decode()}}}
    (tmp_path / "config.json").write_text(json.dumps(login))
    lines: list[str] = []
    found = yard.engine.build(
        request(yard, Path("/"), definition={"image": image}), output=lines.append
    )
    try:
        digest = hashlib.sha256(Registry.manifest[1]).hexdigest()
        assert found.facts["digest"] == f"{registry}/acme/api@sha256:{digest}"
        assert lines[0] == f"fetching {image}"
        assert any(line.startswith("Status: Downloaded newer image") for line in lines)
        yard.engine.tag(yard.project, found, "r1")
        assert yard.engine.exists(found)
        again = yard.engine.build(
            request(yard, Path("/"), definition={"image": image, "pull_policy": "always"}),
            output=print,
        )
        assert again == found
    finally:
        yard.api.call("DELETE", f"/images/{image}")
    assert not yard.engine.exists(found)


def test_the_build_cache_is_only_ever_shrunk_to_what_is_to_be_kept(yard: Yard) -> None:
    assert yard.engine.prune_build_cache(10**15) == 0
