"""The short form of a service's volume: `source:target:options`."""

from __future__ import annotations

from typing import Any

from shipway.compose.gopath import clean
from shipway.compose.problems import dotted, problem
from shipway.compose.tree import Map, Mark

Path = tuple[str | int, ...]
_PROPAGATIONS = frozenset({"rprivate", "private", "rshared", "shared", "rslave", "slave"})


def parse_volume(spec: str, path: Path, mark: Mark | None) -> Map:
    """Return the long form.  Raises Problem."""
    if not spec:
        raise problem(f"{dotted(path)}: the volume is empty", mark)
    if len(spec.encode()) <= 2:
        return Map.of(mark, type="volume", target=spec)
    parts = _split(spec)
    if "" in parts:
        raise problem(f"{dotted(path)}: `{spec}` has nothing between two colons", mark)
    if len(parts) > 3:
        raise problem(
            f"{dotted(path)}: `{spec}` has too many colons",
            mark,
            hints=("use the long form with `type`, `source` and `target`",),
        )
    source = parts[0] if len(parts) > 1 else ""
    volume: dict[str, Any] = {"type": "bind" if is_file_path(source) else "volume"}
    if source:
        volume["source"] = source
    volume["target"] = parts[-1] if len(parts) == 1 else parts[1]
    bind: dict[str, Any] | None = None
    options: dict[str, Any] | None = None
    for option in parts[2].split(",") if len(parts) == 3 else ():
        if option == "ro":
            volume["read_only"] = True
        elif option == "rw":
            volume.pop("read_only", None)
        elif option == "nocopy":
            options = {"nocopy": True}
        elif option in _PROPAGATIONS:
            bind = {**(bind or {}), "propagation": option}
        elif option in ("z", "Z"):
            bind = {**(bind or {}), "selinux": option}
    if volume["type"] == "bind":
        bind = {**(bind or {}), "create_host_path": True}
    elif options is None:
        options = {}
    if bind is not None:
        volume["bind"] = Map.of(mark, **bind)
    if options is not None:
        volume["volume"] = Map.of(mark, **options)
    return Map.of(mark, **volume)


def long_form(spec: str, path: Path, mark: Mark | None) -> Map:
    """Return the long form with a clean target, as the canonical model has it."""
    volume = parse_volume(spec, path, mark)
    volume["target"] = clean(volume["target"])
    return volume


def _split(spec: str) -> list[str]:
    """Split at colons, but not behind a drive letter."""
    parts: list[str] = []
    buffer = ""
    for char in spec:
        if char == ":" and not (len(buffer) == 1 and buffer.isalpha()):
            parts.append(buffer)
            buffer = ""
        else:
            buffer += char
    parts.append(buffer)
    return parts


def is_file_path(source: str) -> bool:
    """Return whether a source is a path on the host and not a volume's name."""
    if not source:
        return False
    if source[0] in "./~" or source.startswith("\\\\"):
        return True
    return len(source) > 1 and source[1] == ":" and source[0].isalpha()
