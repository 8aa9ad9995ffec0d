"""A real daemon, and an application that takes its time to start."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.conftest import engine, home, shipway
from tests.support.running import free_ports
from tests.support.tinyapp import API, SPEC, TinyApp

__all__ = ["engine", "home", "shipway"]

BOOT_S = 1.0
BOOTS_SLOWLY = (
    API.replace(  # and lets a WebSocket go that its client has left
        "return ending.wait(0.5)", "raise ConnectionAbortedError"
    )
    .replace(
        "\nport = 8000",
        f"\ntime.sleep({BOOT_S})\nport = 8000",
    )
    .replace(
        """        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.reply(201, {"release": RELEASE})""",
        """        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.reply(201, {"release": RELEASE, "sha256": hashlib.sha256(body).hexdigest()})""",
    )
)


class Sleepy(TinyApp):
    """A tiny application whose staging may sleep."""

    def commit_sleepy(self, after: str, *, version: str = "v1", production: str = "") -> str:
        spec = SPEC.replace(
            "staging: {port: @STAGING@}", f"staging: {{port: @STAGING@, sleep_after: {after}}}"
        ).replace(
            "production: {port: @PRODUCTION@}", f"production: {{port: @PRODUCTION@{production}}}"
        )
        from tests.support.tinyapp import Variant

        return self.commit(
            Variant(version=version), **{"api.py": BOOTS_SLOWLY, "shipway.yaml": spec}
        )


@pytest.fixture
def app(tmp_path: Path, request: pytest.FixtureRequest, engine: str) -> Sleepy:
    staging, production = free_ports(2)
    name = "".join(letter for letter in request.node.name.lower() if letter.isalnum())
    return Sleepy(
        tmp_path / "app",
        project=f"s{abs(hash((name, engine))) % 10**8}",
        staging=staging,
        production=production,
        deadline="20s",
    )
