"""The stand-ins keep the contract of the official images whose names they bear."""

from __future__ import annotations

import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.docker]

READY_TIMEOUT_S = 60


def _docker(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    program = shutil.which("docker")
    assert program is not None
    return subprocess.run(
        [program, *words], check=check, capture_output=True, text=True, timeout=100
    )


@pytest.fixture
def container() -> Iterator[str]:
    """Return a name; what runs under it is removed, with its volumes."""
    name = f"stand-in-{uuid.uuid4().hex[:8]}"
    yield name
    _docker("rm", "--force", "--volumes", name, check=False)


def _wait_until(container: str, *command: str) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while _docker("exec", container, *command, check=False).returncode != 0:
        assert time.monotonic() < deadline, _docker("logs", container).stderr
        time.sleep(0.2)


def test_postgres_reads_its_settings_its_secret_file_and_its_init_scripts(
    container: str, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("s3cret\n")
    scripts = tmp_path / "init"
    scripts.mkdir()
    (scripts / "1.sql").write_text("CREATE TABLE seven AS SELECT 7 AS value;")
    _docker(
        "run", "--detach", "--name", container,
        "--env", "POSTGRES_USER=board", "--env", "POSTGRES_DB=app",
        "--env", "POSTGRES_PASSWORD_FILE=/run/password",
        "--volume", f"{tmp_path / 'password'}:/run/password:ro",
        "--volume", f"{scripts}:/docker-entrypoint-initdb.d:ro",
        "postgres:16-alpine", "postgres", "-c", "max_connections=33",
    )  # fmt: skip
    # While the init scripts run, the server listens on its socket alone.
    _wait_until(container, "pg_isready", "--host", "127.0.0.1")
    query = ["psql", "-U", "board", "-d", "app", "-At", "-c"]
    answer = _docker("exec", container, *query, "SELECT value, current_user FROM seven").stdout
    assert answer == "7|board\n"
    assert _docker("exec", container, *query, "SHOW max_connections").stdout == "33\n"
    address = _docker("exec", container, "hostname", "-i").stdout.strip()
    refused = _docker("exec", container, *query, "SELECT 1", "-h", address, check=False)
    assert "no password supplied" in refused.stderr
    let_in = ["exec", "--env", "PGPASSWORD=s3cret", container, *query, "SELECT 1", "-h", address]
    assert _docker(*let_in).stdout == "1\n"
    owner = _docker("exec", container, "stat", "-c", "%U %a", "/var/lib/postgresql/data").stdout
    assert owner == "postgres 700\n"
    _docker("stop", "--time", "20", container)
    assert "database system is shut down" in _docker("logs", container).stderr
    _docker("start", container)
    _wait_until(container, "pg_isready", "--host", "127.0.0.1")
    assert "Skipping initialization" in _docker("logs", container).stdout


def test_postgres_refuses_to_start_without_a_password(container: str) -> None:
    done = _docker("run", "--name", container, "postgres:16-alpine", check=False)
    assert done.returncode == 1
    assert "superuser password is not specified" in done.stderr


def test_redis_answers_its_network_and_keeps_its_data_as_its_own_user(container: str) -> None:
    _docker("run", "--detach", "--name", container, "redis:7-alpine", "--appendonly", "yes")
    _wait_until(container, "redis-cli", "ping")
    address = _docker("exec", container, "hostname", "-i").stdout.strip()
    assert _docker("exec", container, "redis-cli", "-h", address, "SET", "a", "1").stdout == "OK\n"
    owner = _docker("exec", container, "stat", "-c", "%U", "/data/appendonlydir").stdout
    assert owner == "redis\n"


def test_python_installs_as_the_official_image_does(tmp_path: Path, container: str) -> None:
    (tmp_path / "hello").mkdir()
    (tmp_path / "hello" / "hello.py").write_text("word = 'hello'\n")
    (tmp_path / "hello" / "pyproject.toml").write_text(
        "[project]\nname = 'hello'\nversion = '1'\n"
        "[build-system]\nrequires = ['hatchling']\nbuild-backend = 'hatchling.build'\n"
        "[tool.hatch.build.targets.wheel]\ninclude = ['hello.py']\n"
    )
    script = (
        "set -e; pip install -q --user /hello; test -e ~/.local/lib/python3*/site-packages/hello.py;"
        "pip uninstall -q -y hello 2>/dev/null; pip install -q /hello 2>/dev/null;"
        "python -m venv /tmp/venv; test -x /tmp/venv/bin/pip;"
        "ls /usr/local/lib/python3.12/site-packages/hello.py;"
        "python3.12 -c 'import hello; print(hello.word)'"
    )
    done = _docker(
        "run", "--network", "host", "--name", container, "--volume", f"{tmp_path / 'hello'}:/hello",
        "python:3.12-slim", "sh", "-c", script, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == "/usr/local/lib/python3.12/site-packages/hello.py\nhello\n"


def test_a_stand_in_says_what_it_is() -> None:
    label = '{{index .Config.Labels "io.shipway.stand-in"}}'
    said = _docker("image", "inspect", "-f", label, "python:3.12-slim").stdout
    if said.strip() in ("", "<no value>"):
        pytest.skip("python:3.12-slim is the official image here")
    assert "Python 3.13" in said
