"""Values are planted in every channel a secret may take; everything a run leaves is searched."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from shipway.engines.docker.endpoint import find_endpoint
from shipway.engines.docker.transport import Transport
from shipway.errors import Problem
from tests.acceptance.conftest import BOTH_ENGINES, app, engine, home, shipway
from tests.support.asking import answer
from tests.support.files import files_below
from tests.support.running import Shipway
from tests.support.tinyapp import COMPOSE, DOCKERFILE, SPEC, TinyApp, Variant

__all__ = ["app", "engine", "home", "shipway"]

VAULT = "canary-vault-5f1c7e93ab40d2"
IN_URL = "canary-url-77d0f4c1be2a96"
IN_FILE = "canary-envfile-9a3b61cd05e8"
MOUNTED = "canary-mounted-c2e8b7d94f10"
BUILDING = "canary-building-08d1fa6c3e5b"
LATER = "canary-later-6b90e2f7d418ac"
PLANTED = (VAULT, IN_URL, IN_FILE, MOUNTED, BUILDING, LATER)

CONTRACT = """
contract:
  MADE: {generate: hex 32, services: [api]}
  DATABASE_URL: {derive: "postgresql://app:${DB_PASSWORD}@db/app", services: [api]}
  DB_PASSWORD: {secret: true, services: []}
  BUILD_TOKEN: {secret: true, services: []}
  API_TOKEN: {required: true, min_length: 10}
files:
  - {secret: KEY_FILE, target: @KEY@, mode: "0600", services: [api]}
"""

# What may hold values in the clear: configurations that a rollback brings back, what the
# process engine gives its instances, and the copy of the state that a backup takes while it
# runs.  docs/secrets.md says the same.
ALLOWED = ("applications/", "process/", "backup/staging/")


def test_no_secret_is_in_anything_that_a_whole_run_leaves(
    shipway: Shipway, app: TinyApp, engine: str, tmp_path: Path
) -> None:
    """R061: no secret in a log, a process list, the journal, the API or --json."""
    run(shipway, app, engine, tmp_path)


@pytest.mark.docker
@pytest.mark.parametrize("engine", BOTH_ENGINES[1:])
def test_no_secret_is_in_an_image_or_anything_else_that_a_run_on_docker_leaves(
    shipway: Shipway, app: TinyApp, engine: str, tmp_path: Path
) -> None:
    """R061."""
    run(shipway, app, engine, tmp_path)
    transport = Transport(find_endpoint())
    images = [
        item["reference"]
        for release in shipway.client.get(f"/projects/{app.project}/releases")["releases"]
        for item in release["artifacts"].values()
    ]
    assert images
    for image in set(images):
        for path in (f"/images/{image}/history", f"/images/{image}/json"):
            clean(path, transport.call("GET", path).data.decode())


def run(shipway: Shipway, app: TinyApp, engine: str, tmp_path: Path) -> None:
    """Plant, deploy, fail, promote, roll back, look at everything; then search."""
    key = str(tmp_path / "key.pem") if engine == "process" else "/run/key.pem"
    spec = SPEC.replace("@STAGING@}", "@STAGING@, env_files: [.env.staging]}")
    spec += CONTRACT.replace("@KEY@", key)
    compose = COMPOSE
    if engine == "docker":
        compose = (
            COMPOSE.replace(
                "    build: .\n",
                "    build: {context: ., secrets: [token]}\n",
            )
            + "secrets:\n  token: {environment: BUILD_TOKEN}\n"
        )
    build = "COPY . .\n"
    if engine == "docker":
        build += "RUN --mount=type=secret,id=token test $(wc -c < /run/secrets/token) -gt 20\n"
    files = {
        "shipway.yaml": spec,
        "compose.yaml": compose,
        "Dockerfile": DOCKERFILE.replace("COPY . .\n", build),
        ".gitignore": ".env*\n",
    }
    app.commit(Variant(version="v1"), **files)
    (app.directory / ".env.staging").write_text(f"FROM_FILE_SECRET={IN_FILE}\n")
    said: list[str] = []
    with watching() as seen:
        plant(shipway, app, said)
        shipway.rolled("deploy", app.directory, "staging")
        got = answer(app.staging, "/env")[2]
        assert got["API_TOKEN"] == VAULT
        assert got["DATABASE_URL"] == f"postgresql://app:{IN_URL}@db/app"
        assert got["FROM_FILE_SECRET"] == IN_FILE
        shipway.rolled("promote", app.directory, "production")
        typed(shipway, app, said, "secret", "set", "API_TOKEN", "--stdin", given=LATER)
        impatient = {**files, "shipway.yaml": spec.replace("@DEADLINE@", "3s")}
        app.commit(Variant(version="v2", health=500), **impatient)
        shipway.refused("deploy", app.directory, "staging")
        app.commit(Variant(version="v3"), **files)
        shipway.rolled("deploy", app.directory, "staging")
        shipway.rolled("rollback", app.directory, "staging")
        ask_everything(shipway, app, said)
        refused(shipway, app, said)
    made = {reveal(shipway, app, environment, "MADE") for environment in ("staging", "production")}
    assert len(made) == 2
    clean("what was answered", "\n".join(said), *made)
    clean("process lists", "\n".join(seen), *made)
    search(shipway.places.home, *made)


def plant(shipway: Shipway, app: TinyApp, said: list[str]) -> None:
    """Put values into both vaults, each in another way."""
    for environment in ("staging", "production"):
        for name, value in (
            ("API_TOKEN", VAULT),
            ("DB_PASSWORD", IN_URL),
            ("KEY_FILE", MOUNTED),
            ("BUILD_TOKEN", BUILDING),
        ):
            typed(
                shipway, app, said, "secret", "set", name, "-e", environment, "--stdin", given=value
            )
        typed(shipway, app, said, "secret", "generate", "--missing", "-e", environment)


def ask_everything(shipway: Shipway, app: TinyApp, said: list[str]) -> None:
    """Type every command that shows something, for people and for programs."""
    for words in (
        ("status",),
        ("releases",),
        ("audit",),
        ("diff",),
        ("rollouts",),
        ("env", "list"),
        ("env", "explain", "API_TOKEN"),
        ("env", "explain", "DATABASE_URL"),
        ("env", "explain", "FROM_FILE_SECRET"),
        ("env", "diff"),
        ("env", "check"),
        ("secret", "list"),
        ("secret", "versions"),
        ("logs", "--tail", "500"),
    ):
        if shipway.engine == "process":
            typed(shipway, app, said, *words)
        typed(shipway, app, said, *words, "--json")
    body = {"kind": "deploy", "directory": str(app.directory), "environment": "staging"}
    said.append(json.dumps(shipway.client.post("/plans", {**body, "engine": shipway.engine})))
    for number in range(1, 6):
        said.append(shipway.story(number))
        said.append(json.dumps(shipway.client.get(f"/rollouts/{number}")))


def refused(shipway: Shipway, app: TinyApp, said: list[str]) -> None:
    """Provoke refusals that speak of values."""
    path = f"/projects/{app.project}/environments/staging/secrets"
    for body in ({"put": {"BAD-NAME": VAULT}}, {"put": VAULT}, {"put": {"A": [VAULT]}}):
        try:
            shipway.client.post(path, body)
        except Problem as problem:
            said.append(json.dumps(problem.as_dict()))
        else:
            raise AssertionError("accepted")


def typed(shipway: Shipway, app: TinyApp, said: list[str], *words: str, given: str = "") -> None:
    """Type a command in the project's directory and keep what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "shipway", *words],
        cwd=app.directory,
        env={**os.environ, "SHIPWAY_HOME": str(shipway.places.home)},
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    said += [" ".join(words), done.stdout, done.stderr]


def reveal(shipway: Shipway, app: TinyApp, environment: str, name: str) -> str:
    """Return a generated value."""
    path = f"/projects/{app.project}/environments/{environment}/secrets/reveal"
    return str(shipway.client.post(path, name=name)["value"])


class watching:  # noqa: N801 - reads as a word after `with`
    """Keeps every command line that any process of this machine shows meanwhile."""

    def __enter__(self) -> set[str]:
        self._seen: set[str] = set()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self._seen

    def __exit__(self, *_error: object) -> None:
        self._end.set()
        self._thread.join(10)

    def _watch(self) -> None:
        while not self._end.wait(0.02):
            for directory in Path("/proc").glob("[0-9]*"):
                try:
                    self._seen.add((directory / "cmdline").read_bytes().decode(errors="replace"))
                except OSError:
                    continue


def search(home: Path, *more: str) -> None:
    """Search every file below Shipway's own directory, names included."""
    searched = 0
    for _here, folders, names in os.walk(home):
        for name in (*folders, *names):
            clean("the name of a file", name, *more)
    for path, content, _mode in files_below(home, left_out=ALLOWED):
        clean(str(path.relative_to(home)), content.decode("latin-1"), *more)
        searched += 1
    assert searched > 5
    kept = b"".join(path.read_bytes() for path in (home / "applications").iterdir())
    assert VAULT.encode() in kept, "the search would find a value where one is"
    for path in (home / "applications").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path
    for path, text, mode in files_below(home / "process"):
        if any(form in text for value in (*PLANTED, *more) for form in forms(value)):
            assert mode & 0o077 == 0, path
    staging = home / "backup" / "staging"
    for here, folders, names in os.walk(staging):
        for name in (*folders, *names) if Path(here).parent == staging else ():
            with suppress(FileNotFoundError):  # a backup that runs meanwhile tidies up
                assert Path(here, name).stat().st_mode & 0o077 == 0, name


def clean(where: str, text: str, *more: str) -> None:
    """Fail where a text holds a value, in any of its usual forms."""
    data = text.encode("latin-1", errors="replace")
    for value in (*PLANTED, *more):
        for form in forms(value):
            assert form not in data, f"{where} holds {value[:14]}…"


def forms(value: str) -> tuple[bytes, ...]:
    """Return how a value may be written: as it is, in base64, in hex."""
    plain = value.encode()
    return (plain, base64.b64encode(plain)[:-4], plain.hex().encode())
