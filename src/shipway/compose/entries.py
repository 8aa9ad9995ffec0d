"""Short forms of what services list: ports, volumes, devices, secrets, limits; and of builds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shipway.compose.ports import parse_port
from shipway.compose.problems import TOO_LARGE, dotted, problem, type_name
from shipway.compose.tree import Map, Mark, Seq
from shipway.compose.volumes import long_form
from shipway.errors import Problem

Path = tuple[str | int, ...]
Transform = Callable[[Any, Path, Mark | None], Any]

PORTS_MAX = 100_000
"""Ports of all services, ranges counted by their ports."""


def cannot_be(value: Any, path: Path, mark: Mark | None, what: str) -> Problem:
    """Return the Problem of a value whose type cannot be made into `what`."""
    return problem(f"{dotted(path)}: a {type_name(value)} cannot be {what}", mark)


def each(items: Map | Seq, transform: Transform, path: Path) -> None:
    """Transform every item of a list, or every value of a mapping, in place."""
    if isinstance(items, Seq):
        for index, item in enumerate(items):
            items[index] = transform(item, (*path, index), items.marks[index])
        return
    for key, item in items.items():
        items[key] = transform(item, (*path, key), items.mark_of(key))


def file_mount(value: Any, path: Path, mark: Mark | None) -> Any:
    """Return the long form of a secret or config that a service or build uses."""
    if isinstance(value, Map):
        return value
    if isinstance(value, str):
        return Map.of(mark, source=value)
    raise cannot_be(value, path, mark, "a secret or config")


def ulimit(value: Any, path: Path, mark: Mark | None) -> Any:
    """Refuse what is neither a number nor a pair of limits."""
    if isinstance(value, Map) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise cannot_be(value, path, mark, "a limit")


def ports(value: Any, path: Path, mark: Mark | None, *, lenient: bool) -> Any:
    """Return the long forms of a list of ports."""
    if not isinstance(value, Seq):
        raise cannot_be(value, path, mark, "a list of ports")
    found = Seq(value.mark)
    for index, (item, place) in enumerate(zip(value, value.marks, strict=True)):
        if isinstance(item, Map):
            found.add(item, place)
        elif isinstance(item, str) or (isinstance(item, int) and not isinstance(item, bool)):
            try:
                parsed = parse_port(str(item), (*path, index), place)
            except Problem:
                if lenient and isinstance(item, str):
                    return value
                raise
            for port in parsed:
                found.add(port, place)
            if len(found) > PORTS_MAX:
                raise problem(f"{dotted(path)}: more than {PORTS_MAX} ports", place, kind=TOO_LARGE)
        else:
            raise cannot_be(item, (*path, index), place, "a port")
    return found


def volume(value: Any, path: Path, mark: Mark | None) -> Any:
    """Return the long form of a volume."""
    if isinstance(value, Map):
        return value
    if isinstance(value, str):
        return long_form(value, path, mark)
    raise cannot_be(value, path, mark, "a volume")


def lenient_volume(value: Any, path: Path, mark: Mark | None) -> Any:
    """Return the long form of a volume, or the text that cannot be read."""
    try:
        return volume(value, path, mark)
    except Problem:
        if isinstance(value, str):
            return value
        raise


def device(value: Any, path: Path, mark: Mark | None) -> Any:
    """Return the long form of a device."""
    if isinstance(value, Map):
        return value
    if not isinstance(value, str):
        raise cannot_be(value, path, mark, "a device")
    parts = value.split(":")
    if len(parts) > 3:
        raise problem(
            f"{dotted(path)}: `{value}` has too many colons", mark, hints=("use the long form",)
        )
    return _device_of(parts, mark)


def _device_of(parts: list[str], mark: Mark | None) -> Map:
    source = parts[0]
    target = parts[1] if len(parts) > 1 and parts[1] else source
    permissions = parts[2] if len(parts) > 2 else "rwm"
    return Map.of(mark, source=source, target=target, permissions=permissions)


def lenient_device(value: Any, path: Path, mark: Mark | None) -> Any:
    """Return the long form of a device, or an empty one as Docker does."""
    if isinstance(value, str) and value.count(":") > 2:
        return _device_of([""], mark)
    return device(value, path, mark)


def build(value: Any, path: Path, mark: Mark | None, *, lenient: bool) -> Any:
    """Return the long form of a build, its own entries' long forms included."""
    if isinstance(value, str):
        return Map.of(mark, context=value)
    if not isinstance(value, Map):
        raise cannot_be(value, path, mark, "a build")
    for key, item in value.items():
        here = (*path, key)
        if key == "additional_contexts":
            value[key] = _contexts(item, here, value.mark_of(key), lenient=lenient)
        elif key == "ssh":
            value[key] = _ssh(item, here, value.mark_of(key))
        elif key == "secrets" and isinstance(item, Map | Seq):
            each(item, file_mount, here)
        elif key == "ulimits" and isinstance(item, Map | Seq):
            each(item, ulimit, here)
    return value


def _contexts(value: Any, path: Path, mark: Mark | None, *, lenient: bool) -> Any:
    if isinstance(value, Map):
        return value
    if not isinstance(value, Seq):
        raise cannot_be(value, path, mark, "a list of contexts")
    made = Map(value.mark)
    for item, place in zip(value, value.marks, strict=True):
        name, equals, context = item.partition("=") if isinstance(item, str) else ("", "", "")
        if not equals:
            if lenient:
                return value
            raise problem(f"{dotted(path)}: expected NAME=PATH", place)
        made.put(name, context, place)
    return made


def _ssh(value: Any, path: Path, mark: Mark | None) -> Any:
    if isinstance(value, Map):
        return value
    if not isinstance(value, Seq):
        raise cannot_be(value, path, mark, "a list of SSH keys")
    made = Map(value.mark)
    for item, place in zip(value, value.marks, strict=True):
        name, equals, key = item.partition("=") if isinstance(item, str) else ("", "", "")
        if not equals and name != "default":
            raise problem(
                f"{dotted(path)}: `{item}` is not an SSH key", place, hints=("write ID=PATH",)
            )
        made.put(name, key if equals else None, place)
    return made
