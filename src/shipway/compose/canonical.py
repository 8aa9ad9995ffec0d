"""Short forms become long ones, section by section, so that later stages know one form each."""

from __future__ import annotations

from typing import Any

from shipway.compose import entries
from shipway.compose.problems import TOO_LARGE, dotted, problem
from shipway.compose.tree import Map, Mark, Seq

Path = tuple[str | int, ...]


def canonical(model: Map, *, lenient: bool) -> None:
    """Bring a model into its canonical form, in place.

    lenient: leave what cannot be parsed (a variable that was not replaced).  Raises Problem.
    """
    services = model.get("services")
    if isinstance(services, Map):
        published = 0
        for name, service in services.items():
            if not isinstance(service, Map):
                continue
            _service(service, ("services", name), lenient=lenient)
            published += len(service.get("ports") or ())
            if published > entries.PORTS_MAX:
                raise problem(
                    f"more than {entries.PORTS_MAX} ports are published",
                    service.mark_of("ports"),
                    kind=TOO_LARGE,
                )
    for section in ("volumes", "networks", "secrets", "configs"):
        resources = model.get(section)
        if isinstance(resources, Map):
            for name, resource in resources.items():
                if resource is not None:
                    _external(resource, (section, name), resources.mark_of(name))


def _service(service: Map, path: Path, *, lenient: bool) -> None:
    for key, value in service.items():
        if key in _PLAIN:
            continue
        here = (*path, key)
        mark = service.mark_of(key)
        if key in _SERVICE:
            service[key] = _SERVICE[key](value, here, mark)
        elif key in _ITEMS:
            if isinstance(value, Map | Seq):
                entries.each(value, _ITEMS[key], here)
        elif key == "ports":
            service[key] = entries.ports(value, here, mark, lenient=lenient)
        elif key == "volumes":
            if isinstance(value, Map | Seq):
                entries.each(value, entries.lenient_volume if lenient else entries.volume, here)
        elif key == "devices":
            if isinstance(value, Map | Seq):
                entries.each(value, entries.lenient_device if lenient else entries.device, here)
        elif key == "build":
            service[key] = entries.build(value, here, mark, lenient=lenient)


def _depends_on(value: Any, path: Path, mark: Mark | None) -> Any:
    if isinstance(value, Map):
        for name, settings in value.items():
            if not isinstance(settings, Map):
                raise entries.cannot_be(
                    settings, (*path, name), value.mark_of(name), "a dependency's settings"
                )
            settings.setdefault("condition", "service_started")
            settings.setdefault("required", True)
        return value
    if not isinstance(value, Seq):
        raise entries.cannot_be(value, path, mark, "a list of services")
    made = Map(value.mark)
    for name, place in zip(value, value.marks, strict=True):
        if not isinstance(name, str):
            raise entries.cannot_be(name, path, place, "a service's name")
        made.put(name, Map.of(place, condition="service_started", required=True), place)
    return made


def _env_file(value: Any, path: Path, mark: Mark | None) -> Any:
    if isinstance(value, str):
        return Seq.of(mark, [Map.of(mark, path=value, required=True)])
    if not isinstance(value, Seq):
        raise entries.cannot_be(value, path, mark, "a list of files")
    for index, (item, place) in enumerate(zip(value, value.marks, strict=True)):
        if isinstance(item, str):
            value[index] = Map.of(place, path=item, required=True)
        elif isinstance(item, Map):
            item.setdefault("required", True)
        else:
            value[index] = None
    return value


def _string_or_list(value: Any, _path: Path, mark: Mark | None) -> Any:
    return Seq.of(mark, [value]) if isinstance(value, str) else value


def _extends(value: Any, path: Path, mark: Mark | None) -> Any:
    if isinstance(value, str):
        return Map.of(mark, service=value)
    if isinstance(value, Map):
        return value
    raise entries.cannot_be(value, path, mark, "extended")


def _gpus(value: Any, path: Path, mark: Mark | None) -> Any:
    if isinstance(value, str):
        return Seq.of(mark, [Map.of(mark, count="all")])
    if isinstance(value, Seq):
        return value
    raise entries.cannot_be(value, path, mark, "a list of GPUs")


def _names(value: Any, path: Path, _mark: Mark | None) -> Any:
    """Turn a list of networks or models into a mapping without settings."""
    if not isinstance(value, Seq):
        return value
    made = Map(value.mark)
    for name, place in zip(value, value.marks, strict=True):
        if not isinstance(name, str):
            raise entries.cannot_be(name, path, place, "a name")
        made.put(name, None, place)
    return made


def _external(resource: Any, path: Path, mark: Mark | None) -> None:
    if not isinstance(resource, Map):
        raise entries.cannot_be(resource, path, mark, f"one of the {path[0]}")
    external = resource.get("external")
    if not isinstance(external, Map):
        return
    place = resource.mark_of("external")
    resource["external"] = True
    if "name" in external:
        if "name" not in resource:
            resource.put("name", external["name"], external.mark_of("name") or place)
        elif resource["name"] != external["name"]:
            raise problem(
                f"{dotted(path)}: `name` and `external.name` differ",
                place,
                hints=("keep `name` and write `external: true`",),
            )


def omit_empty_dns(model: Map) -> None:
    """Drop empty entries of every service's `dns`, as Docker's loader does."""
    services = model.get("services")
    for service in services.values() if isinstance(services, Map) else ():
        dns = service.get("dns") if isinstance(service, Map) else None
        if isinstance(dns, Seq) and any(item in (None, "") for item in dns):
            kept = Seq(dns.mark)
            for item, place in zip(dns, dns.marks, strict=True):
                if item not in (None, ""):
                    kept.add(item, place)
            service["dns"] = kept


_PLAIN = frozenset({"image", "restart", "environment", "command", "labels", "container_name"})
_SERVICE: dict[str, entries.Transform] = {
    "depends_on": _depends_on,
    "dns": _string_or_list,
    "env_file": _env_file,
    "extends": _extends,
    "gpus": _gpus,
    "label_file": _string_or_list,
    "models": _names,
    "networks": _names,
}
_ITEMS: dict[str, entries.Transform] = {
    "configs": entries.file_mount,
    "secrets": entries.file_mount,
    "ulimits": entries.ulimit,
}
