"""railway.toml (or railway.json): one service, as lines of shipway.yaml and of a Compose file.

https://docs.railway.com/reference/config-as-code.  What Compose says (build, command, restart,
replicas) becomes Compose; what Shipway adds (health, migration, sleep) becomes shipway.yaml.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from shipway.hosting.imported import (
    Imported,
    for_compose,
    mapping,
    no_settings,
    relative,
    split_migration,
    whole,
)

_RESTART = {"ALWAYS": "always", "NEVER": "no"}
_UNDERSTOOD = frozenset(
    {
        "builder", "dockerfilePath", "startCommand", "preDeployCommand", "healthcheckPath",
        "healthcheckTimeout", "restartPolicyType", "restartPolicyMaxRetries", "numReplicas",
        "sleepApplication", "cronSchedule", "buildCommand",
    }
)  # fmt: skip
_BUILDERS = frozenset({"NIXPACKS", "RAILPACK", "HEROKU", "PAKETO"})


def read_railway(path: str, text: str) -> dict[str, Any]:
    """Return the content of a railway.toml or railway.json.  Raises Problem `invalid-railway`."""
    try:
        found = json.loads(text) if path.endswith(".json") else tomllib.loads(text)
    except (ValueError, tomllib.TOMLDecodeError) as error:
        line = re.search(r"line (\d+)", str(error))
        why = f"it cannot be read: {error}."
        raise no_settings("invalid-railway", path, why, int(line[1]) if line else None) from None
    if not isinstance(found, dict):
        raise no_settings("invalid-railway", path, "it holds no settings.")
    return found


def translate(content: dict[str, Any], *, service: str, directory: str = ".") -> Imported:
    """Return what the settings of one service mean.  directory: of the file, for the build."""
    build, deploy = mapping(content.get("build")), mapping(content.get("deploy"))
    start, migration = _commands(deploy)
    spec: dict[str, Any] = {}
    if health := dict(_health(deploy)):
        spec["services"] = {service: {"health": health}}
    if migration:
        spec["migrate"] = {"service": service, "command": migration}
    settings = {"build": _build(build, directory), **dict(_settings(deploy, start))}
    split = bool(migration) and not deploy.get("preDeployCommand")
    return Imported(
        spec=spec,
        compose={"services": {service: settings}},
        remarks=tuple(_remarks(service, build, deploy, split=split)),
        unknown=tuple(_unknown(content, build, deploy)),
    )


def _commands(deploy: dict[str, Any]) -> tuple[str, str]:
    """Return (start, migration): a migration that stands before the start is taken out of it."""
    start = str(deploy.get("startCommand") or "")
    before = deploy.get("preDeployCommand") or ""
    migration = " && ".join(map(str, before)) if isinstance(before, list) else str(before)
    return (start, migration) if migration else split_migration(start)


def _health(deploy: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if deploy.get("healthcheckPath"):
        yield "path", str(deploy["healthcheckPath"])
    if deadline := whole(deploy.get("healthcheckTimeout")):
        yield "deadline", f"{deadline}s"


def _build(build: dict[str, Any], directory: str) -> str | dict[str, str]:
    dockerfile = str(build.get("dockerfilePath") or "Dockerfile")
    context = relative(directory)
    return context if dockerfile == "Dockerfile" else {"context": context, "dockerfile": dockerfile}


def _settings(deploy: dict[str, Any], start: str) -> Iterator[tuple[str, Any]]:
    if start:
        yield "command", for_compose(start)
    policy = str(deploy.get("restartPolicyType") or "").upper()
    retries = whole(deploy.get("restartPolicyMaxRetries"))
    if policy == "ON_FAILURE":
        yield "restart", f"on-failure:{retries}" if retries else "on-failure"
    elif policy in _RESTART:
        yield "restart", _RESTART[policy]
    count = whole(deploy.get("numReplicas"))
    if count and count > 1:
        yield "deploy", {"replicas": count}


def _remarks(
    service: str, build: dict[str, Any], deploy: dict[str, Any], *, split: bool
) -> Iterator[str]:
    builder = str(build.get("builder") or "").upper()
    if builder in _BUILDERS:
        yield f"{builder.capitalize()} builds without a Dockerfile; Shipway wants one for {service}."
    if build.get("buildCommand"):
        yield f"the build command belongs into the Dockerfile: {build['buildCommand']}"
    if split:
        yield "the migration was part of the start command; it runs once a release now."
    if "$PORT" in str(deploy.get("startCommand")):
        yield "Railway sets PORT; set it in the Compose file, or write the port."
    if deploy.get("cronSchedule"):
        yield f"a schedule ({deploy['cronSchedule']}) is a scheduler's business: a service of its own."
    if deploy.get("sleepApplication"):
        yield "sleeping: `sleep_after: 1h` in an environment that is not production."


def _unknown(
    content: dict[str, Any], build: dict[str, Any], deploy: dict[str, Any]
) -> Iterator[str]:
    for name, part in (("build", build), ("deploy", deploy)):
        yield from (f"{name}.{key}" for key in part if key not in _UNDERSTOOD)
    yield from (key for key in content if key not in {"build", "deploy", "$schema"})
