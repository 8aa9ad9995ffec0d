"""A real daemon, and an application with branches and a database."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.acceptance.conftest import engine, home, shipway
from tests.support.running import Shipway, free_ports
from tests.support.tinyapp import COMPOSE, SPEC, TinyApp, Variant

__all__ = ["engine", "home", "shipway"]

DATABASE = """
  db:
    image: postgres:16
    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: "${DB_PASSWORD}", POSTGRES_DB: shop}
    volumes: ["data:/var/lib/postgresql/data"]
volumes: {data: {}}
"""


class Branched(TinyApp):
    """A tiny application; `previews` are the lines of that key."""

    def write(self, version: str, previews: str, *, database: bool = False, host: str = "") -> None:
        """Commit a version to the branch that is checked out; host: staging's name."""
        low, high = self.ports
        spec = f"{SPEC}previews: {{ports: {low}-{high}, {previews}}}\n"
        if host:
            spec = spec.replace("{port: @STAGING@}", f"{{port: @STAGING@, host: {host}}}")
        compose = COMPOSE + (DATABASE if database else "")
        if database:  # as a team has it: beside the repository, never in it
            (self.directory / ".env").write_text("DB_PASSWORD=vW3m8qTz41xKpLc9\n")
        files = {"shipway.yaml": spec, "compose.yaml": compose, ".gitignore": ".env\n"}
        self.commit(Variant(version=version), **files)

    def branch(self, name: str) -> None:
        """Check a branch out, made from here where there is none."""
        if subprocess.run(
            ["git", "switch", "-q", name], cwd=self.directory, check=False, capture_output=True
        ).returncode:
            self._git("switch", "-q", "-c", name)

    @property
    def ports(self) -> tuple[int, int]:
        first = int(self._values["PREVIEW"])
        return first, first + 40


@pytest.fixture
def app(tmp_path: Path, request: pytest.FixtureRequest, engine: str) -> Branched:
    staging, production, preview = free_ports(3)
    name = "".join(letter for letter in request.node.name.lower() if letter.isalnum())
    made = Branched(
        tmp_path / "app",
        project=f"p{abs(hash((name, engine))) % 10**8}",
        staging=staging,
        production=production,
        deadline="20s",
    )
    made._values["PREVIEW"] = str(preview)
    return made


def create(shipway: Shipway, app: Branched, branch: str, **more: object) -> dict[str, object]:
    """Make a preview and wait for its rollout, which must succeed."""
    body = {"directory": str(app.directory), "branch": branch, "engine": shipway.engine, **more}
    answer = shipway.client.post("/previews", body)
    rollout = shipway.finished(answer["rollout"]["id"])
    assert rollout["state"] == "succeeded", shipway.story(rollout["id"])
    found: dict[str, object] = answer["preview"]
    return found
