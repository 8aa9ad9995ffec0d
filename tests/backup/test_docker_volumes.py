"""A daemon that may not look into Docker's directories has the engine copy volumes (R114)."""

from __future__ import annotations

import os
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from shipway.engines.docker import names
from shipway.engines.docker.endpoint import find_endpoint
from shipway.engines.docker.transport import Transport
from shipway.engines.docker.volumecopy import copy_volume
from shipway.errors import Problem
from shipway.model.names import EnvironmentId

pytestmark = pytest.mark.docker
HERE = EnvironmentId(f"copy{uuid.uuid4().hex[:8]}", "production")
IMAGE = "python:3.11-slim"


@pytest.fixture
def volume() -> Iterator[str]:
    """Yield a volume with a file, a folder and a link in it."""
    name = names.volume_name(HERE, "uploads")
    script = (
        "mkdir -p /v/deep && printf hello >/v/deep/file && chmod 640 /v/deep/file"
        " && ln -s deep/file /v/link && head -c 3000000 /dev/urandom >/v/noise"
    )
    mount = f"type=volume,source={name},target=/v"
    subprocess.run(
        ["docker", "run", "--rm", "--mount", mount, IMAGE, "sh", "-c", script], check=True,
        timeout=60, env={**os.environ, "DOCKER_API_VERSION": "1.41"},
    )  # fmt: skip
    yield "uploads"
    subprocess.run(["docker", "volume", "rm", "-f", name], check=True, timeout=60)


def test_the_engine_packs_a_volume_that_this_process_may_not_read(
    volume: str, tmp_path: Path
) -> None:
    transport = Transport(find_endpoint(None, None))
    copy_volume(transport, HERE, volume, {}, (IMAGE, tmp_path))
    assert (tmp_path / "deep" / "file").read_text() == "hello"
    assert (tmp_path / "deep" / "file").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "link").readlink() == Path("deep/file")
    assert (tmp_path / "noise").stat().st_size == 3_000_000
    label = f"label={names.PROJECT}={HERE.project}"
    left = subprocess.run(
        ["docker", "ps", "-aq", "-f", label], check=True, capture_output=True, timeout=60
    )
    assert left.stdout == b""


def test_a_volume_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    transport = Transport(find_endpoint(None, None))
    with pytest.raises(Problem) as caught:
        copy_volume(transport, HERE, "never", {}, (IMAGE, tmp_path))
    assert caught.value.kind == "volume-unreadable"
