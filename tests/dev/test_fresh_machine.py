"""Shipway on a machine that has nothing but git and Python."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from shipway import __version__

ROOT = Path(__file__).resolve().parents[2]
PASSED_ON = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "http_proxy", "https_proxy", "no_proxy")
# Debian's python3 without python3-venv: the set-up has to install it.
SCRIPT = """
set -e
apt-get update -q >/dev/null
apt-get install -y -q --no-install-recommends git python3 >/dev/null 2>&1
git config --global --add safe.directory '*'
git clone -q /checkout /srv/shipway
cd /srv/shipway
./shipway --version
"""


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.timeout(360)
def test_one_command_runs_on_a_fresh_debian_with_git_and_python() -> None:
    docker = shutil.which("docker")
    assert docker is not None
    options = ["--rm", "--network", "host", "--volume", f"{ROOT}:/checkout:ro"]
    for name in PASSED_ON:
        options += ["--env", name] if name in os.environ else []
    done = subprocess.run(
        [docker, "run", *options, "debian:bookworm-slim", "sh", "-c", SCRIPT],
        check=False, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert re.search(re.escape(__version__), done.stdout)
    assert "has no ensurepip" in done.stderr
