"""A project as a Render Blueprint (render.yaml).  Pure.

https://render.com/docs/blueprint-spec; its JSON Schema: https://render.com/schema/render.yaml.json.
"""

from __future__ import annotations

from typing import Any

from shipway.hosting.leaving import From, Hosted, Kind, Leaving, Stored, Variable

SCHEMA = "https://render.com/schema/render.yaml.json"
HEADING = f"# yaml-language-server: $schema={SCHEMA}\n"
GRACE_MAX_S = 300
DISK_GB = 10
_TYPES = {Kind.WEB: "web", Kind.PRIVATE: "pserv", Kind.WORKER: "worker"}


def blueprint(project: Leaving) -> dict[str, Any]:
    """Return the Blueprint.  Names are the project's, then the service's: they are global."""
    redis = [item for item in project.stores if item.kind == "redis"]
    postgres = [item for item in project.stores if item.kind == "postgres"]
    made: dict[str, Any] = {
        "services": [
            *(_service(project, item) for item in project.services),
            *(_key_value(project, item) for item in redis),
        ]
    }
    if postgres:
        made["databases"] = [_database(project, item) for item in postgres]
    return made


def called(project: Leaving, name: str) -> str:
    """Return a service's name there."""
    return f"{project.project}-{name}"


def _service(project: Leaving, item: Hosted) -> dict[str, Any]:
    made: dict[str, Any] = {"type": _TYPES[item.kind], "name": called(project, item.name)}
    if item.image:
        made |= {"runtime": "image", "image": {"url": item.image}}
    else:
        made |= {
            "runtime": "docker",
            "dockerfilePath": _path(item.dockerfile),
            "dockerContext": _path(item.directory),
        }
    if item.command:
        made["dockerCommand"] = item.command
    if item.before:
        made["preDeployCommand"] = item.before
    if item.kind is Kind.WEB and item.health:
        made["healthCheckPath"] = item.health
    if item.replicas > 1:
        made["numInstances"] = item.replicas
    if item.grace_s > 30:
        made["maxShutdownDelaySeconds"] = min(int(item.grace_s), GRACE_MAX_S)
    if item.domains and item.kind is Kind.WEB:
        made["domains"] = list(item.domains)
    if item.disk:
        made["disk"] = {"name": f"{item.name}-data", "mountPath": item.disk, "sizeGB": DISK_GB}
    variables = [_variable(project, one) for one in item.variables]
    if item.port and not any(one.name == "PORT" for one in item.variables):
        variables.append({"key": "PORT", "value": str(item.port)})
    if variables:
        made["envVars"] = variables
    return made


def _variable(project: Leaving, one: Variable) -> dict[str, Any]:
    if one.comes is From.VALUE:
        return {"key": one.name, "value": one.text}
    if one.comes is From.GENERATED:
        return {"key": one.name, "generateValue": True}
    if one.comes is From.ASKED:
        return {"key": one.name, "sync": False}
    reference = {"name": called(project, one.text), "property": "connectionString"}
    if one.kind == "postgres":
        return {"key": one.name, "fromDatabase": reference}
    return {"key": one.name, "fromService": {"type": "keyvalue", **reference}}


def _key_value(project: Leaving, item: Stored) -> dict[str, Any]:
    return {
        "type": "keyvalue",
        "name": called(project, item.name),
        "ipAllowList": [],  # nobody from outside
        "maxmemoryPolicy": item.evicts or "noeviction",
    }


def _database(project: Leaving, item: Stored) -> dict[str, Any]:
    made: dict[str, Any] = {"name": called(project, item.name), "ipAllowList": []}
    if item.database:
        made["databaseName"] = item.database
    if item.version:
        made["postgresMajorVersion"] = item.version
    return made


def _path(path: str) -> str:
    return "." if path in {"", "."} else f"./{path}"
