"""Images that stand in for what cannot be had here; each bears a label that says so."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from shipway.engines.docker.client import Clients

HERE = Path(__file__).resolve().parent
LABEL = "io.shipway.stand-in"
BUILD_S = 300


def ensure(folder: str, tag: str, about: str) -> None:
    """Build a stand-in under the real image's name, where the engine has neither."""
    client = Clients().builder().path
    known = [client, "image", "inspect", tag]
    if subprocess.run(known, check=False, capture_output=True, timeout=60).returncode == 0:
        return
    done = subprocess.run(
        [
            *(client, "build", "--quiet", "--network", "host", "--tag", tag),
            *("--label", f"{LABEL}={about}", str(HERE / folder)),
        ],
        env={**os.environ, "DOCKER_BUILDKIT": "1"},
        check=False,
        capture_output=True,
        text=True,
        timeout=BUILD_S,
    )
    assert done.returncode == 0, done.stderr[-3000:]
