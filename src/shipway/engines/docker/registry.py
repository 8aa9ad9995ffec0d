"""Image names, and the credentials that `docker login` left for their registries."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCKER_HUB = "docker.io"
_HUB_KEY = "https://index.docker.io/v1/"
_HELPER_LIMIT_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageName:
    """An image's name, taken apart: `registry.example/acme/api`, then tag or digest."""

    repository: str
    version: str

    @property
    def registry(self) -> str:
        """Return the registry's host; Docker Hub where none is named."""
        first, slash, _ = self.repository.partition("/")
        return (
            first
            if slash and ("." in first or ":" in first or first == "localhost")
            else DOCKER_HUB
        )


def parse_image(name: str) -> ImageName:
    """Return the parts of `postgres:16`, `registry.example/acme/api@sha256:…`; the tag is `latest` if none."""
    repository, at, digest = name.partition("@")
    head, colon, tag = repository.rpartition(":")
    if colon and "/" not in tag:
        repository = head
    else:
        tag = "latest"
    return ImageName(repository=repository, version=digest if at else tag)


def registry_auth(registry: str, environ: Mapping[str, str] | None = None) -> str | None:
    """Return the `X-Registry-Auth` header for a registry, None where nobody logged in.

    Reads Docker's own `config.json`, and asks the credential helper that it names.
    """
    environ = os.environ if environ is None else environ
    folder = environ.get("DOCKER_CONFIG") or str(Path.home() / ".docker")
    config: dict[str, Any] = {}
    with contextlib.suppress(OSError, ValueError):
        config = json.loads((Path(folder) / "config.json").read_text())
    key = _HUB_KEY if registry == DOCKER_HUB else registry
    helper = (config.get("credHelpers") or {}).get(registry) or config.get("credsStore")
    given = _from_helper(str(helper), key) if helper else None
    given = given or _from_file((config.get("auths") or {}).get(key) or {})
    if given is None:
        return None
    return base64.urlsafe_b64encode(json.dumps({**given, "serveraddress": key}).encode()).decode()


def _from_file(entry: Mapping[str, str]) -> dict[str, str] | None:
    if entry.get("identitytoken"):
        return {"identitytoken": entry["identitytoken"]}
    if not entry.get("auth"):
        return None
    user, _, password = base64.b64decode(entry["auth"]).decode().partition(":")
    return {"username": user, "password": password.rstrip("\0")}


def _from_helper(helper: str, key: str) -> dict[str, str] | None:
    """Ask `docker-credential-NAME get`, which takes the registry on its standard input."""
    with contextlib.suppress(OSError, ValueError, KeyError, subprocess.SubprocessError):
        told = subprocess.run(
            [f"docker-credential-{helper}", "get"],
            input=key,
            capture_output=True,
            text=True,
            check=True,
            timeout=_HELPER_LIMIT_S,
        )
        answer = json.loads(told.stdout)
        if answer["Username"] == "<token>":
            return {"identitytoken": answer["Secret"]}
        return {"username": answer["Username"], "password": answer["Secret"]}
    return None
