"""What differs between two resolved applications: the heart of `diff` and of promotion.

Says which variable differs, never its value.  Build arguments stand apart: at a promotion
nothing is rebuilt, so a difference there is one that the artifact will not show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.model.application import Application
from shipway.spec.difference import (
    Change,
    Difference,
    DifferenceKind,
    changes,
    figures,
    listed,
    word,
)
from shipway.spec.front_differences import door_differences, route_differences
from shipway.spec.serial import application_to_json, strip_places


def differences(old: Application, new: Application) -> list[Difference]:
    """Return what differs from `old` to `new`, services first, in a stable order.

    Which environment and project it is counts as no difference.
    """
    one = strip_places(application_to_json(old, reveal=True))
    two = strip_places(application_to_json(new, reveal=True))
    return [
        *_services(_by(one["services"], "name"), _by(two["services"], "name")),
        *route_differences(one, two),
        *door_differences(one["front"], two["front"]),
        *figures(DifferenceKind.ADDRESS, _address(one), _address(two)),
        *listed(DifferenceKind.JOB, _by(one["jobs"], "name"), _by(two["jobs"], "name")),
        *listed(DifferenceKind.SMOKE, _by(one["smoke"], "name"), _by(two["smoke"], "name")),
        *listed(DifferenceKind.JOURNEY, _by(one["journeys"], "name"), _by(two["journeys"], "name")),
        *figures(DifferenceKind.POLICY, one["policy"], two["policy"]),
        *listed(DifferenceKind.RESOURCE, _resources(one), _resources(two)),
        *figures(DifferenceKind.ENGINE, _only(one, "engine"), _only(two, "engine")),
    ]


def _services(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for name, change in changes(old, new):
        if change is not Change.CHANGED:
            yield Difference(kind=DifferenceKind.SERVICE, change=change, name=name)
            continue
        yield from _service(name, old[name], new[name])


def _service(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    yield from listed(DifferenceKind.VARIABLE, _variables(old), _variables(new), name)
    yield from listed(DifferenceKind.BUILD_ARGUMENT, _arguments(old), _arguments(new), name)
    yield from listed(
        DifferenceKind.FILE, _by(old["files"], "target"), _by(new["files"], "target"), name
    )
    for key in ("role", "port", "replicas", "probe", "build", "stop_signal", "stop_grace_s"):
        if old[key] != new[key]:
            detail = "" if key == "probe" else f"{word(old[key])} → {word(new[key])}"
            yield Difference(
                kind=DifferenceKind.SERVICE,
                change=Change.CHANGED,
                name=key,
                service=name,
                detail=detail,
            )
    yield from listed(DifferenceKind.SERVICE, _definition(old), _definition(new), name)


def _variables(service: Mapping[str, Any]) -> dict[str, str]:
    """Return the variables that a person set; Shipway's own tell the environment only."""
    return {
        key: value
        for key, value in service["environment"].items()
        if not key.startswith("SHIPWAY_")
    }


def _definition(service: Mapping[str, Any]) -> dict[str, Any]:
    """Return the definition without what is compared on its own."""
    definition = dict(service["definition"])
    build = definition.get("build")
    if isinstance(build, Mapping):
        definition["build"] = {key: item for key, item in build.items() if key != "args"}
    for key in ("deploy", "scale", "stop_signal", "stop_grace_period"):
        definition.pop(key, None)
    deploy = service["definition"].get("deploy")
    if isinstance(deploy, Mapping):
        definition["deploy"] = {key: item for key, item in deploy.items() if key != "replicas"}
    return definition


def _arguments(service: Mapping[str, Any]) -> Mapping[str, Any]:
    build = service["definition"].get("build")
    arguments: Mapping[str, Any] = (build.get("args") or {}) if isinstance(build, Mapping) else {}
    return arguments


def _address(document: Mapping[str, Any]) -> dict[str, Any]:
    address = {key: document[key] for key in ("port", "address", "base_path", "sleep_after_s")}
    return {**address, "hosts": ", ".join(document["hosts"]) or None}


def _resources(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"{section}.{name}": item
        for section in ("volumes", "networks", "secrets", "configs")
        for name, item in document[section].items()
    }


def _only(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {key: document[key]}


def _by(items: list[dict[str, Any]], key: str) -> dict[str, Any]:
    return {item[key]: item for item in items}
