"""render.yaml: the services of a Blueprint, as lines of shipway.yaml and of a Compose file.  Pure.

https://render.com/docs/blueprint-spec.  What the Blueprint asks for or makes (`sync: false`,
`generateValue`) becomes the vault's; databases and Key Value become services with volumes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from shipway.hosting.imported import (
    Imported,
    for_compose,
    items,
    mapping,
    no_settings,
    relative,
    split_migration,
    whole,
)

_POSTGRES = "17"
_BUILT = frozenset({"web", "pserv", "worker"})
_UNDERSTOOD = frozenset(
    {
        "type", "name", "runtime", "env", "image", "dockerfilePath", "dockerContext",
        "dockerCommand", "startCommand", "preDeployCommand", "healthCheckPath", "numInstances",
        "maxShutdownDelaySeconds", "envVars", "domains", "disk", "buildCommand", "rootDir", "repo",
        "branch", "plan", "region", "autoDeploy", "autoDeployTrigger", "ipAllowList",
        "maxmemoryPolicy", "schedule",
    }
)  # fmt: skip


def read_render(path: str, text: str) -> dict[str, Any]:
    """Return the content of a render.yaml.  Raises Problem `invalid-render`."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        why = f"it cannot be read: {getattr(error, 'problem', None) or 'it is no YAML'}."
        raise no_settings("invalid-render", path, why, line) from None
    if not items(mapping(found).get("services")):
        raise no_settings("invalid-render", path, "it names no services.")
    return mapping(found)


def translate(content: dict[str, Any]) -> Imported:
    """Return what the Blueprint means."""
    services = [item for item in items(content.get("services")) if item.get("name")]
    databases = [item for item in items(content.get("databases")) if item.get("name")]
    built = [item for item in services if item.get("type") in _BUILT]
    stores = [item for item in services if item.get("type") in {"keyvalue", "redis"}]
    disks = [item for item in built if mapping(item.get("disk")).get("mountPath")]
    compose: dict[str, Any] = {
        "services": {
            **{str(item["name"]): dict(_service(item, databases)) for item in built},
            **{str(item["name"]): _redis(item) for item in stores},
            **{str(item["name"]): _postgres(item) for item in databases},
        }
    }
    if volumes := [_volume(item) for item in (*disks, *stores, *databases)]:
        compose["volumes"] = {name: {} for name in volumes}
    return Imported(
        spec=dict(_spec(built, databases)),
        compose=compose,
        remarks=tuple(_remarks(services)),
        unknown=tuple(_unknown(content, services)),
    )


def _volume(item: dict[str, Any]) -> str:
    return f"{item['name']}-data"


def _spec(
    built: list[dict[str, Any]], databases: list[dict[str, Any]]
) -> Iterator[tuple[str, Any]]:
    if health := [item for item in built if item.get("healthCheckPath")]:
        yield (
            "services",
            {str(item["name"]): {"health": str(item["healthCheckPath"])} for item in health},
        )
    if jobs := [(str(item["name"]), job) for item in built if (job := _commands(item)[1])]:
        yield (
            "migrate",
            [{"name": name, "service": name, "command": job} for name, job in jobs],
        )
    rules = dict(_rules(built))
    rules |= {_password(str(item["name"])): {"generate": "hex 24"} for item in databases}
    if rules:
        yield "contract", rules


def _rules(built: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for item in built:
        for one in items(item.get("envVars")):
            if one.get("generateValue"):
                yield str(one.get("key")), {"generate": "hex 32", "required": True}
            elif one.get("sync") is False:
                yield str(one.get("key")), {"required": True, "secret": True}


def _service(item: dict[str, Any], databases: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    image = mapping(item.get("image")).get("url")
    if image:
        yield "image", for_compose(str(image))
    else:
        yield "build", _build(item)
    if start := _commands(item)[0]:
        yield "command", for_compose(start)
    count = whole(item.get("numInstances"))
    if count and count > 1:
        yield "deploy", {"replicas": count}
    if grace := whole(item.get("maxShutdownDelaySeconds")):
        yield "stop_grace_period", f"{grace}s"
    given = [one for one in items(item.get("envVars")) if one.get("key")]
    if given:
        yield "environment", {str(one["key"]): _variable(one, databases) for one in given}
    if where := mapping(item.get("disk")).get("mountPath"):
        yield "volumes", [f"{_volume(item)}:{where}"]


def _build(item: dict[str, Any]) -> str | dict[str, str]:
    context = relative(str(item.get("dockerContext") or item.get("rootDir") or "."))
    dockerfile = str(item.get("dockerfilePath") or "").removeprefix("./")
    inside = dockerfile.removeprefix(context.removeprefix("./") + "/")
    plain = inside in {"", "Dockerfile"}
    return context if plain else {"context": context, "dockerfile": inside}


def _variable(one: dict[str, Any], databases: list[dict[str, Any]]) -> str:
    database, service = mapping(one.get("fromDatabase")), mapping(one.get("fromService"))
    if database:
        return _from_database(database, databases)
    if service:
        return _from_service(service)
    if "value" in one:
        return for_compose(_text(one["value"]))
    return f"${{{one['key']}:?}}"


def _text(value: Any) -> str:
    """Return a value as the platform hands it on: what YAML takes for a boolean, as written."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _from_database(asked: dict[str, Any], databases: list[dict[str, Any]]) -> str:
    name = str(asked.get("name"))
    known = next((item for item in databases if item.get("name") == name), {})
    user = str(known.get("user") or "app")
    base = str(known.get("databaseName") or "app")
    password = f"${{{_password(name)}:?}}"
    parts = {"host": name, "port": "5432", "user": user, "database": base, "password": password}
    whole = f"postgresql://{user}:{password}@{name}:5432/{base}"
    return parts.get(str(asked.get("property")), whole)


def _from_service(asked: dict[str, Any]) -> str:
    name, wanted = str(asked.get("name")), str(asked.get("property") or "")
    if asked.get("type") in {"keyvalue", "redis"}:
        return {"host": name, "port": "6379", "hostport": f"{name}:6379"}.get(
            wanted, f"redis://{name}:6379"
        )
    if asked.get("envVarKey"):
        return f"${{{asked['envVarKey']}:?}}"
    return name


def _redis(item: dict[str, Any]) -> dict[str, Any]:
    policy = str(item.get("maxmemoryPolicy") or "allkeys-lru")
    return {
        "image": "redis:7-alpine",
        "command": f"redis-server --appendonly yes --maxmemory-policy {for_compose(policy)}",
        "volumes": [f"{_volume(item)}:/data"],
    }


def _postgres(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "image": f"postgres:{item.get('postgresMajorVersion') or _POSTGRES}",
        "environment": {
            "POSTGRES_USER": str(item.get("user") or "app"),
            "POSTGRES_DB": str(item.get("databaseName") or "app"),
            "POSTGRES_PASSWORD": f"${{{_password(str(item['name']))}:?}}",
        },
        "volumes": [f"{_volume(item)}:/var/lib/postgresql/data"],
    }


def _password(name: str) -> str:
    return f"{re.sub(r'[^A-Z0-9]', '_', name.upper())}_PASSWORD"


def _commands(item: dict[str, Any]) -> tuple[str, str]:
    start = str(item.get("dockerCommand") or item.get("startCommand") or "")
    before = str(item.get("preDeployCommand") or "")
    return (start, before) if before else split_migration(start)


def _remarks(services: list[dict[str, Any]]) -> Iterator[str]:
    for item in services:
        name, runtime = item.get("name"), str(item.get("runtime") or item.get("env") or "")
        if item.get("type") == "cron":
            yield f"{name} runs on a schedule ({item.get('schedule')}): a scheduler's business."
        elif item.get("type") in _BUILT and runtime not in {"docker", "image"}:
            yield f"Render builds {name} without a Dockerfile ({runtime}); Shipway wants one."
        if item.get("buildCommand"):
            yield f"{name}: the build command belongs into the Dockerfile: {item['buildCommand']}"
        for domain in item["domains"] if isinstance(item.get("domains"), list) else ():
            yield f"{name} is reached as {domain}: `hosts:` of production, and a route."
        if any("fromGroup" in one for one in items(item.get("envVars"))):
            yield f"{name} takes variables of a group: write them to `environment:`."


def _unknown(content: dict[str, Any], services: list[dict[str, Any]]) -> Iterator[str]:
    yield from (key for key in content if key not in {"services", "databases"})
    for item in services:
        yield from (f"{item.get('name')}.{key}" for key in item if key not in _UNDERSTOOD)
