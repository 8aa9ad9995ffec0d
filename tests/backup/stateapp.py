"""A small application with Redis and a volume of uploads, on a daemon of its own."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shipway.model.names import EnvironmentId
from tests.support.running import Shipway, as_busy, eventually
from tests.support.tinyapp import SPEC, TinyApp

COMPOSE = """
services:
  api:
    build: .
    command: python api.py 0.0.0.0
    ports: ["8000:8000"]
    stop_grace_period: 5s
    volumes: ["uploads:/app/uploads"]
  redis:
    image: redis:7-alpine
    command: sh -c 'exec redis-server --requirepass "$$REDIS_PASSWORD"'
    environment: {REDIS_PASSWORD: "${REDIS_PASSWORD}"}
    volumes: ["redisdata:/data"]
volumes: {uploads: {}, redisdata: {}}
"""
PASSWORD = "a-password-of-the-tests"
RUN_S = 120.0
"""Backups go behind everything else: on a machine that others use they wait."""


def commit(app: TinyApp, backup: str = "", compose: str = COMPOSE) -> None:
    """Commit the application with what `backup:` is to say."""
    (app.directory / ".env").write_text(f"REDIS_PASSWORD={PASSWORD}\n")
    (app.directory / ".gitignore").write_text(".env\n")
    own = SPEC.replace("  scheduler: {role: singleton}\n", "")
    app.commit(compose__yaml=compose, shipway__yaml=f"{own}\n{backup}")


@dataclass(frozen=True, slots=True)
class Production:
    """The environment, as the tests look at it."""

    shipway: Shipway
    project: str
    directory: Path = Path()

    @property
    def environment(self) -> EnvironmentId:
        return EnvironmentId(self.project, "production")

    @property
    def path(self) -> str:
        return f"/projects/{self.project}/environments/production/backups"

    @property
    def home(self) -> Path:
        return self.shipway.places.home

    def volume(self, name: str) -> Path:
        if self.shipway.engine == "process":
            return self.home / "process" / "volumes" / f"{self.project}.production.{name}"
        told = subprocess.run(
            [
                "docker",
                "volume",
                "inspect",
                "-f",
                "{{.Mountpoint}}",
                f"{self.project}.production.{name}",
            ],
            check=True,
            capture_output=True,
            text=True,
        )
        return Path(told.stdout.strip())

    def redis(self, *words: str) -> str:
        """Return what redis-cli answers in the running instance."""
        views = self.shipway.environment(self.project, "production")["instances"]
        address = next(item["address"] for item in views if item["service"] == "redis")
        done = subprocess.run(
            ["redis-cli", "-h", address, *words],
            check=True,
            capture_output=True,
            text=True,
            env={"REDISCLI_AUTH": PASSWORD, "PATH": "/usr/bin:/bin"},
            timeout=10,
        )
        return done.stdout.strip()

    def backup(self, kind: str = "full", *only: str) -> dict[str, Any]:
        """Do a run to its end and return it."""
        run = self.shipway.client.post(self.path, {"kind": kind, "only": list(only)})
        return self.ended(run["id"])

    def ended(self, run: int) -> dict[str, Any]:
        """Wait until a run has ended and return it."""

        def ask() -> dict[str, Any] | None:
            found = self.shipway.client.get(f"/backup-runs/{run}", wait_s=5)
            return found if found["state"] != "running" else None

        return dict(eventually(f"backup run #{run} ends", ask, as_busy(RUN_S)))

    def saved(self, kind: str = "full", *only: str) -> dict[str, Any]:
        """Do a run that must succeed."""
        run = self.backup(kind, *only)
        assert run["state"] == "succeeded", (run, self.shipway.log())
        return run

    def status(self) -> dict[str, Any]:
        """Return how the backups are."""
        return self.shipway.client.get(self.path)

    def conditions(self) -> dict[str, dict[str, Any]]:
        """Return what is wrong, by id."""
        return {item["id"]: item for item in self.status()["conditions"]}

    def copied_out(self, of: str, target: Path) -> dict[str, Any]:
        """Write something into a directory."""
        body = {"backup": of, "target": str(target)}
        return self.shipway.client.post_long(f"{self.path}/restore", body)

    def restored_after_a_kill(self, of: str, moment: str) -> dict[str, Any]:
        """Put something back into place with a daemon that dies at that moment of it."""
        self.shipway.stop()
        self.shipway.start(SHIPWAY_BACKUP_SETTLE_S="100000", SHIPWAY_CRASH_AT=f"restore:{moment}")
        number = self.shipway.begin("restore", self.directory, "production", of=[of])
        self.shipway.await_death()
        self.shipway.start(SHIPWAY_BACKUP_SETTLE_S="100000")
        return self.shipway.finished(number)

    def generations(self) -> list[dict[str, Any]]:
        """Return the data that restores have replaced, and what is live beside it."""
        return list(self.shipway.client.get(f"{self.path}/generations")["generations"])
