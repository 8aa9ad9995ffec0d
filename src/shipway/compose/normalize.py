"""What a model implies is written out: networks, names, dependencies, values of variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.compose.paths import clean_targets
from shipway.compose.problems import dotted, problem, type_name
from shipway.compose.scalars import go_text
from shipway.compose.tree import Map, Mark, Seq

NAMESPACES = ("network_mode", "ipc", "pid", "uts", "cgroup")
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})


def normalize(model: Map, environment: Mapping[str, str]) -> None:
    """Write out what the model implies, in place; its `name` is set.  Raises Problem."""
    _networks(model)
    for name, service in _section(model, "services").items():
        _service(service, name, environment)
    _names(model)


def _section(model: Map, key: str) -> Map:
    section = model.get(key)
    if section is None:
        return Map()
    if not isinstance(section, Map):
        raise problem(f"{key} must be a mapping, not {type_name(section)}", model.mark_of(key))
    return section


def _networks(model: Map) -> None:
    """Connect every service that names no network to `default`, and declare it if used."""
    networks = _section(model, "networks")
    used = False
    for service in _section(model, "services").values():
        if "network_mode" in service:
            continue
        joined = service.get("networks")
        if not joined:
            service.put("networks", Map.of(service.mark, default=None), service.mark)
            used = True
        elif "default" in joined:
            used = True
    if used and "default" not in networks:
        networks["default"] = None
    if networks:
        model["networks"] = networks


def _service(service: Map, name: str, environment: Mapping[str, str]) -> None:
    if service.get("pull_policy") == "if_not_present":
        service["pull_policy"] = "missing"
    build = service.get("build")
    if isinstance(build, Map):
        if build.get("context") is None:
            build["context"] = "."
        if build.get("dockerfile") is None and build.get("dockerfile_inline") is None:
            build["dockerfile"] = "Dockerfile"
        if "args" in build:
            build["args"] = _resolve(build["args"], environment, keep_empty=False)
    if "environment" in service:
        service["environment"] = _resolve(service["environment"], environment, keep_empty=True)
    _dependencies(service, name)
    clean_targets(service, ("services", name))


def _resolve(value: Any, environment: Mapping[str, str], *, keep_empty: bool) -> Any:
    """Give keys without a value the environment's, or drop them."""
    if isinstance(value, Map):
        found = Map(value.mark)
        for key, item in value.items():
            mark = value.mark_of(key)
            if item is not None:
                found.put(key, item, mark)
            elif key in environment:
                found.put(key, environment[key], mark)
            elif keep_empty:
                found.put(key, None, mark)
        return found
    if not isinstance(value, Seq):
        return value
    items = Seq(value.mark)
    for item, mark in zip(value, value.marks, strict=True):
        if not isinstance(item, str) or "=" in item:
            items.add(item, mark)
        elif item in environment:
            items.add(f"{item}={environment[item]}", mark)
        elif keep_empty:
            items.add(item, mark)
    return items


def _dependencies(service: Map, name: str) -> None:
    """Depend on every service whose links, namespaces or volumes are used."""
    depends_on = service.get("depends_on")
    if not isinstance(depends_on, Map):
        depends_on = Map(service.mark)

    def depend(other: str, mark: Mark | None, *, restart: bool) -> None:
        if other not in depends_on:
            settings = Map.of(mark, condition="service_started", restart=restart, required=True)
            depends_on.put(other, settings, mark)

    for link, mark in _texts(service, "links", name):
        parts = link.split(":")
        depend(parts[0] if len(parts) == 2 else link, mark, restart=True)
    for key in NAMESPACES:
        if key not in service:
            continue
        mark = service.mark_of(key)
        reference = service[key]
        if not isinstance(reference, str):
            raise problem(
                f"services.{name}.{key}: must be a string, not {type_name(reference)}", mark
            )
        if reference.startswith("service:"):
            depend(reference.removeprefix("service:"), mark, restart=True)
    for source, mark in _texts(service, "volumes_from", name):
        if not source.startswith("container:"):
            depend(source.split(":")[0], mark, restart=False)
    if depends_on:
        service["depends_on"] = depends_on


def _texts(service: Map, key: str, name: str) -> list[tuple[str, Mark | None]]:
    value = service.get(key)
    if value is None:
        return []
    if not isinstance(value, Seq) or not all(isinstance(item, str) for item in value):
        raise problem(f"{dotted(('services', name, key))}: must list strings", service.mark_of(key))
    return list(zip(value, value.marks, strict=True))


def _names(model: Map) -> None:
    """Name every resource after the project and its key, an external one after its key."""
    for section in ("networks", "volumes", "configs", "secrets"):
        resources = _section(model, section)
        for key, value in resources.items():
            mark = resources.mark_of(key)
            resource = value if value is not None else Map(mark)
            if not isinstance(resource, Map):
                raise problem(f"{section}.{key}: must be a mapping", mark)
            if resource.get("name") is None:
                external = go_text(resource.get("external")) in _TRUE
                resource["name"] = key if external else f"{model['name']}_{key}"
            resources[key] = resource
