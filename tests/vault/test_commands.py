"""The commands about secrets and variables, typed against a real daemon."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.acceptance.conftest import app, engine, home, shipway
from tests.support.running import Shipway
from tests.support.tinyapp import SPEC, TinyApp

__all__ = ["app", "engine", "home", "shipway"]

CONTRACT = """
contract:
  JWT_SECRET: {source: generated, services: [api], about: signs logins}
  PUBLIC_URL: {required: true, type: url}
"""


class Typing:
    """Types commands in the application's directory."""

    def __init__(self, running: Shipway, directory: Path) -> None:
        self._home = running.places.home
        self._directory = directory

    def __call__(self, *words: str, given: str = "", code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "shipway", *words],
            cwd=self._directory,
            env={**os.environ, "SHIPWAY_HOME": str(self._home), "COLUMNS": "120"},
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def json(self, *words: str, given: str = "", code: int = 0) -> Any:
        return json.loads(self(*words, "--json", given=given, code=code))


def test_two_operators_one_leaves(shipway: Shipway, app: TinyApp, tmp_path: Path) -> None:
    """R061 to R066: from the first secret to the departure of somebody who knew all."""
    env = SPEC.replace("@STAGING@}", "@STAGING@, env_files: [.env.staging]}")
    app.commit(shipway__yaml=env + CONTRACT)
    (app.directory / ".env.staging").write_text("LOG_LEVEL=INFO\n")
    type_ = Typing(shipway, app.directory)

    said = type_("env", "check", "staging", code=1)
    assert "api: JWT_SECRET has no value (required)" in said
    assert "shipway secret generate JWT_SECRET -e staging" in said
    assert "is not shown" not in type_("secret", "set", "JWT_SECRET=abc", code=2)
    type_("secret", "generate", "--missing")
    type_("env", "set", "PUBLIC_URL=https://shop.example.com")
    assert "is a secret" in type_("env", "set", "API_TOKEN=abc", code=2)
    assert type_.json("env", "check", "staging")["environments"][0]["faults"] == []

    old = tmp_path / "old.env"
    old.write_text("API_KEY=issued-elsewhere-5512\nTITLE=Shop\nEMPTY=\n")
    said = type_("secret", "import", str(old))
    assert "API_KEY taken over" in said
    assert "TITLE" in said
    old.write_text("API_KEY=   # the key of the API\n")
    assert "is a comment, not a value" not in said
    said = type_("secret", "import", str(old), code=1)
    assert "API_KEY is a comment, not a value" in said
    assert type_("secret", "get", "API_KEY") == "issued-elsewhere-5512\n"

    listed = {item["key"]: item for item in type_.json("env", "list")["variables"]}
    assert listed["API_KEY"]["value"] is None
    assert listed["PUBLIC_URL"]["value"] == "https://shop.example.com"
    assert listed["PUBLIC_URL"]["origin"] == "environment's env file (.env.staging:2)"
    said = type_("env", "explain", "JWT_SECRET")
    assert "JWT_SECRET in staging: ***" in said
    assert "signs logins" in said
    states = {item["key"]: item["state"] for item in type_.json("env", "diff")["variables"]}
    assert states["API_KEY"] == "only-old"

    public = tmp_path / "kim.pub"
    key = Ed25519PrivateKey.generate().public_key()
    public.write_bytes(key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH) + b" kim@laptop\n")
    type_("secret", "share", "kim", "--key", str(public))
    assert "Shared with kim." in type_("secret", "list")
    before = type_("secret", "get", "JWT_SECRET")
    said = type_("secret", "rotate", "kim", "-y")
    assert "Made anew in staging: JWT_SECRET." in said
    assert "shipway secret set API_KEY -e staging" in said
    assert type_("secret", "get", "JWT_SECRET") != before
    assert "kim, who left, knows it" in type_("secret", "list")
    type_("secret", "set", "API_KEY", "--stdin", given="issued-again-7741")
    assert "who left" not in type_("secret", "list")

    assert type_.json("secret", "versions")["versions"][0]["version"] == 4
    type_("secret", "restore", "1", "-y")
    assert type_("secret", "get", "JWT_SECRET") == before
    assert "has no secret API_KEY" in type_("secret", "unset", "API_KEY", "-y", code=1)
    actions = [item["action"] for item in type_.json("audit")["entries"]]
    assert {
        "secret-set",
        "secret-generate",
        "secret-import",
        "secret-share",
        "secret-rotate",
        "secret-restore",
        "secret-get",
    } <= set(actions)
