"""What a merged sequence says twice: the later entry wins, at the earlier one's place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shipway.compose.problems import dotted, problem, type_name
from shipway.compose.tree import Map, Mark, Seq
from shipway.compose.volumes import parse_volume

Path = tuple[str | int, ...]
_Indexer = Callable[[Any, Path, Mark | None], str]


def _key_value(value: Any, path: Path, mark: Mark | None) -> str:
    if not isinstance(value, str):
        raise problem(f"{dotted(path)} must be a string, not {type_name(value)}", mark)
    return value.partition("=")[0]


def _target(value: Any, path: Path, mark: Mark | None) -> str:
    target = value.get("target")
    if not isinstance(target, str):
        raise problem(
            f"{dotted(path)} has no target",
            mark,
            hints=("add `target:`, the path in the container",),
        )
    return target


def _volume(value: Any, path: Path, mark: Mark | None) -> str:
    if isinstance(value, Map):
        return _target(value, path, mark)
    if isinstance(value, str):
        return str(parse_volume(value, path, mark).get("target", ""))
    return ""


def _device(value: Any, path: Path, mark: Mark | None) -> str:
    if isinstance(value, Map):
        return _target(value, path, mark)
    if isinstance(value, str):
        parts = value.split(":")
        return parts[0] if len(parts) == 1 else parts[1]
    return ""


def _expose(value: Any, path: Path, mark: Mark | None) -> str:
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value)
    raise problem(f"{dotted(path)} must be a port, not {type_name(value)}", mark)


def _mount(default_path: str) -> _Indexer:
    def index(value: Any, path: Path, mark: Mark | None) -> str:
        if isinstance(value, str):
            return f"{default_path}/{value}"
        if isinstance(value, Map):
            if "target" in value:
                return _target(value, path, mark)
            return f"{default_path}/{value.get('source')}"
        raise problem(f"{dotted(path)} must be a string or a mapping", mark)

    return index


def _port(value: Any, path: Path, mark: Mark | None) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, Map):
        if "target" not in value:
            raise problem(f"{dotted(path)} has no target port", mark, hints=("add `target:`",))
        host = value.get("host_ip", "0.0.0.0")  # noqa: S104 - a key to compare by
        target = value["target"]
        shown = target if isinstance(target, int) else f"%!d(string={target})"
        published = value.get("published")
        if not isinstance(published, str):
            published = f"%!s({published})"
        return f"{host}:{published}:{shown}/{value.get('protocol', 'tcp')}"
    return value if isinstance(value, str) else ""


def _env_file(value: Any, path: Path, mark: Mark | None) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Map):
        found = value.get("path")
        if not isinstance(found, str):
            raise problem(f"{dotted(path)} has no path", mark, hints=("add `path:`",))
        return found
    return ""


_SERVICE: dict[str, _Indexer] = {
    "annotations": _key_value,
    "cap_add": _key_value,
    "cap_drop": _key_value,
    "configs": _mount(""),
    "devices": _device,
    "dns": _key_value,
    "dns_opt": _key_value,
    "dns_search": _key_value,
    "environment": _key_value,
    "env_file": _env_file,
    "expose": _expose,
    "labels": _key_value,
    "links": _key_value,
    "ports": _port,
    "profiles": _key_value,
    "secrets": _mount("/run/secrets"),
    "sysctls": _key_value,
    "tmpfs": _key_value,
    "volumes": _volume,
}
_BUILD = ("args", "additional_contexts", "platform", "tags", "labels")


def enforce_unicity(model: Map) -> None:
    """Remove repeated entries of every service's and network's sequences, in place."""
    for name, service in _mappings(model, "services"):
        here: Path = ("services", name)
        for key, value in service.items():
            indexer = _SERVICE.get(key)
            if indexer is not None and isinstance(value, Seq):
                service[key] = _unique(value, indexer, (*here, key))
        for section, keys in (("build", _BUILD), ("deploy", ("labels",))):
            inner = service.get(section)
            if isinstance(inner, Map):
                _keys(inner, keys, (*here, section))
        for network, settings in _mappings(service, "networks"):
            _keys(settings, ("aliases", "link_local_ips"), (*here, "networks", network))
    for name, network_model in _mappings(model, "networks"):
        _keys(network_model, ("labels",), ("networks", name))


def _mappings(parent: Map, key: str) -> list[tuple[str, Map]]:
    section = parent.get(key)
    if not isinstance(section, Map):
        return []
    return [(name, value) for name, value in section.items() if isinstance(value, Map)]


def _keys(mapping: Map, keys: tuple[str, ...], path: Path) -> None:
    for key in keys:
        value = mapping.get(key)
        if isinstance(value, Seq):
            mapping[key] = _unique(value, _key_value, (*path, key))


def _unique(items: Seq, indexer: _Indexer, path: Path) -> Seq:
    places: dict[str, int] = {}
    kept = Seq(items.mark)
    for index, (item, mark) in enumerate(zip(items, items.marks, strict=True)):
        key = indexer(item, (*path, index), mark)
        if key in places:
            kept[places[key]] = item
            kept.marks[places[key]] = mark
        else:
            places[key] = len(kept)
            kept.add(item, mark)
    return kept


def empty_lists_become_null(model: Map) -> None:
    """Do to an earlier file's empty lists what Docker's loader does.

    It stores them as null, except where it looks for repeated entries; the schema then
    refuses them when the next file is validated.
    """
    waiting: list[Any] = [model]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Map):
            waiting += value.values()
        elif isinstance(value, Seq):
            value.nil = not value
            waiting += value
    enforce_unicity(model)
