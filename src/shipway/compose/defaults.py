"""Values that the Specification gives where a file is silent, and checks that need no other file."""

from __future__ import annotations

from typing import Any

from shipway.compose.problems import dotted, problem, type_name
from shipway.compose.tree import Map, Mark, Seq

Path = tuple[str | int, ...]


def set_defaults(model: Map) -> None:
    """Set what a file may leave out, in place.  Raises Problem."""
    for name, service in _mappings(model.get("services")):
        build = service.get("build")
        if isinstance(build, Map):
            build.setdefault("context", ".")
        for index, secret, mark in _items(service.get("secrets")):
            if not isinstance(secret, Map):
                raise problem(
                    f"services.{name}.secrets.{index}: a {type_name(secret)} is not a secret", mark
                )
            secret.setdefault("target", f"/run/secrets/{secret.get('source', '%!s(<nil>)')}")
        for _, port, _ in _items(service.get("ports")):
            if isinstance(port, Map):
                port.setdefault("protocol", "tcp")
                port.setdefault("mode", "ingress")
        for path, request, mark in _device_requests(service, ("services", name)):
            if not isinstance(request, Map):
                raise problem(f"{dotted(path)}: not a device request", mark)
            if "count" not in request and "device_ids" not in request:
                request["count"] = "all"


def check(model: Map) -> None:
    """Refuse values that contradict each other.  Raises Problem."""
    for name, volume in (model.get("volumes") or {}).items():
        if volume is not None:
            _check_volume(volume, ("volumes", name))
    for section, keys in (
        ("configs", ("file", "environment", "content")),
        ("secrets", ("file", "environment")),
    ):
        resources = model.get(section)
        if not isinstance(resources, Map):
            continue
        for name, resource in resources.items():
            _check_content(resource, keys, (section, name), resources.mark_of(name))
    for name, service in _mappings(model.get("services")):
        path: Path = ("services", name)
        for place, request, mark in _device_requests(service, path):
            if "count" in request and "device_ids" in request:
                raise problem(
                    f"{dotted(place)}: `count` and `device_ids` exclude each other",
                    mark,
                    hints=("keep one of the two",),
                )
        develop = service.get("develop")
        for index, watch, mark in _items(
            develop.get("watch") if isinstance(develop, Map) else None
        ):
            if isinstance(watch, Map) and watch.get("path") == "":
                raise problem(f"{dotted(path)}.develop.watch.{index}.path: must not be empty", mark)


def _check_volume(volume: Any, path: Path) -> None:
    external = volume.get("external", False)
    if not isinstance(external, bool):
        raise problem(f"{dotted(path)}.external: must be true or false", volume.mark_of("external"))
    if not external:
        return
    for key in volume:
        if key not in ("name", "external") and not key.startswith("x-"):
            raise problem(
                f"{dotted(path)}: `external` and `{key}` contradict each other",
                volume.mark_of(key),
                hints=(f"remove `{key}`: an external volume is made elsewhere",),
            )


def _check_content(resource: Any, keys: tuple[str, ...], path: Path, mark: Mark | None) -> None:
    if not isinstance(resource, Map):
        raise problem(f"{dotted(path)}: must be a mapping, not {type_name(resource)}", mark)
    given = [key for key in keys if key in resource]
    if len(given) > 1:
        raise problem(
            f"{dotted(path)}: {' and '.join(f'`{key}`' for key in given)} exclude each other", mark
        )
    if not given and "driver" not in resource and "external" not in resource:
        raise problem(
            f"{dotted(path)}: one of {', '.join(f'`{key}`' for key in keys)} must be there", mark
        )


def _mappings(section: Any) -> list[tuple[str, Map]]:
    if not isinstance(section, Map):
        return []
    return [(name, value) for name, value in section.items() if isinstance(value, Map)]


def _items(value: Any) -> list[tuple[int, Any, Mark | None]]:
    if not isinstance(value, Seq):
        return []
    return [(i, item, mark) for i, (item, mark) in enumerate(zip(value, value.marks, strict=True))]


def _device_requests(service: Map, path: Path) -> list[tuple[Path, Any, Mark | None]]:
    found: list[tuple[Path, Any, Mark | None]] = [
        ((*path, "gpus", index), item, mark) for index, item, mark in _items(service.get("gpus"))
    ]
    inner: Any = service
    for key in ("deploy", "resources", "reservations", "devices"):
        inner = inner.get(key) if isinstance(inner, Map) else None
    here = (*path, "deploy", "resources", "reservations", "devices")
    return found + [((*here, index), item, mark) for index, item, mark in _items(inner)]
