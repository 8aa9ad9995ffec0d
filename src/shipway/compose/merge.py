"""One file over another, and a service over the one that it extends: the rule for each key.

Mappings merge, sequences append, scalars are replaced, `null` keeps what was there; the
exceptions are in `_SPECIAL`.  What appears twice is sorted out later by `unicity`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shipway.compose.problems import dotted, problem, type_name
from shipway.compose.scalars import go_text
from shipway.compose.tree import Map, Mark, Seq, same
from shipway.errors import Problem

Path = tuple[str, ...]
_Rule = Callable[[Any, Any, Path, Mark | None], Any]


def merge_models(base: Map, override: Map) -> Map:
    """Merge a file's model into that of the files before it; `base` is changed."""
    return _mappings(base, override, ())


def extend_service(base: Map, service: Map) -> Map:
    """Merge a service into a copy of the one that it extends; `base` is changed."""
    return _mappings(base, service, ("services", "x"))


def _merge(base: Any, other: Any, path: Path, mark: Mark | None) -> Any:
    rule = _rule(path)
    if rule is not None:
        return rule(base, other, path, mark)
    if other is None:
        return base
    if isinstance(base, Map):
        if not isinstance(other, Map):
            raise _mismatch(base, other, path, mark)
        return _mappings(base, other, path)
    if isinstance(base, Seq):
        if not isinstance(other, Seq):
            raise _mismatch(base, other, path, mark)
        base.add_all(other)
        return base
    return other


def _mappings(base: Map, other: Map, path: Path) -> Map:
    for key, value in other.items():
        if key not in base or key.startswith("x-"):
            base.adopt(other, key)
            continue
        mark = other.mark_of(key)
        before = base[key]
        merged = _merge(before, value, (*path, key), mark)
        base[key] = merged
        if merged is not before:
            base.marks[key] = mark
    return base


def _mismatch(base: Any, other: Any, path: Path, mark: Mark | None) -> Problem:
    return problem(
        f"{dotted(path)} is a {type_name(base)} in an earlier file and cannot be "
        f"overridden by a {type_name(other)}",
        mark,
        hints=("write both in the same form, or use !override",),
    )


def _replace(_base: Any, other: Any, _path: Path, _mark: Mark | None) -> Any:
    return other


def _mapping_or_refuse(value: Any, path: Path, mark: Mark | None) -> Map:
    if isinstance(value, Map):
        return value
    raise problem(f"{dotted(path)} must be a mapping, not {type_name(value)}", mark)


def _logging(base: Any, other: Any, path: Path, mark: Mark | None) -> Any:
    """Options merge only where both name the same driver, or one names none."""
    before = _mapping_or_refuse(base, path, mark)
    after = _mapping_or_refuse(other, path, mark)
    if "driver" not in before or "driver" not in after or same(before["driver"], after["driver"]):
        return _mappings(before, after, path)
    return after


def _build(base: Any, other: Any, path: Path, mark: Mark | None) -> Any:
    def as_mapping(value: Any) -> Map:
        if isinstance(value, str):
            return Map.of(mark, context=value)
        return value if isinstance(value, Map) else Map(mark)

    if not isinstance(base, Map | str) and as_mapping(other):
        raise _mismatch(base, other, path, mark)
    return _mappings(as_mapping(base), as_mapping(other), path)


def _as_mapping(value: Any, path: Path, mark: Mark | None, make: Callable[[], Any]) -> Map:
    """Turn a list of names into a mapping; anything else that is not one counts as empty."""
    if isinstance(value, Map):
        return value
    made = Map(mark)
    if isinstance(value, Seq):
        for item, place in zip(value, value.marks, strict=True):
            if not isinstance(item, str):
                raise problem(f"{dotted(path)} must list names, not {type_name(item)}", place)
            made.put(item, make(), place)
    return made


def _depends_on(base: Any, other: Any, path: Path, mark: Mark | None) -> Any:
    def condition() -> Map:
        return Map.of(mark, condition="service_started", required=True)

    if base is None and other:
        raise _mismatch(base, other, path, mark)
    return _mappings(
        _as_mapping(base, path, mark, condition), _as_mapping(other, path, mark, condition), path
    )


def _networks(base: Any, other: Any, path: Path, mark: Mark | None) -> Any:
    def nothing() -> None:
        return None

    if base is None and other:
        raise _mismatch(base, other, path, mark)
    return _mappings(
        _as_mapping(base, path, mark, nothing), _as_mapping(other, path, mark, nothing), path
    )


def as_sequence(value: Any, mark: Mark | None) -> Seq:
    """Return `KEY=value` items for a mapping, a list as it is, a string as a list of one."""
    if isinstance(value, Seq):
        return value
    made = Seq(mark)
    if isinstance(value, str):
        made.add(value, mark)
    elif isinstance(value, Map):
        items: list[tuple[str, Mark | None]] = []
        for key, item in value.items():
            place = value.mark_of(key)
            if item is None:
                items.append((key, place))
            elif isinstance(item, Seq):
                items += ((f"{key}={go_text(part)}", place) for part in item)
            else:
                items.append((f"{key}={go_text(item)}", place))
        for text, place in sorted(items, key=lambda pair: pair[0].encode()):
            made.add(text, place)
    return made


def _sequence(base: Any, other: Any, _path: Path, mark: Mark | None) -> Any:
    before = as_sequence(base, mark)
    before.add_all(as_sequence(other, mark))
    return before


def _extra_hosts(base: Any, other: Any, _path: Path, mark: Mark | None) -> Any:
    before = as_sequence(base, mark)
    known = list(before)
    after = as_sequence(other, mark)
    for item, place in zip(after, after.marks, strict=True):
        if item not in known:
            before.add(item, place)
    return before


def _ipam_config(base: Any, other: Any, path: Path, mark: Mark | None) -> Any:
    """Merge address pools by their subnet, pair by pair as Docker's loader does."""
    if not isinstance(base, Seq) or not isinstance(other, Seq):
        raise _mismatch(base, other, path, mark)
    pools = Seq(mark)

    def index_of(subnet: Any) -> int:
        return next((i for i, pool in enumerate(pools) if pool.get("subnet") == subnet), -1)

    for original in base:
        before = _mapping_or_refuse(original, path, mark)
        for item, place in zip(other, other.marks, strict=True):
            after = _mapping_or_refuse(item, path, place)
            if after.get("subnet") != before.get("subnet") and index_of(after.get("subnet")) < 0:
                pools.add(after, place)
                continue
            merged = _mappings(before, after, path)
            at = index_of(merged.get("subnet"))
            if at >= 0:
                pools[at] = merged
            else:
                pools.add(merged, place)
    pools.nil = not pools
    return pools


_SPECIAL: dict[Path, _Rule] = {
    ("networks", "*", "ipam", "config"): _ipam_config,
    ("networks", "*", "labels"): _sequence,
    ("volumes", "*", "labels"): _sequence,
    ("services", "*", "annotations"): _sequence,
    ("services", "*", "build"): _build,
    ("services", "*", "build", "args"): _sequence,
    ("services", "*", "build", "additional_contexts"): _sequence,
    ("services", "*", "build", "extra_hosts"): _extra_hosts,
    ("services", "*", "build", "labels"): _sequence,
    ("services", "*", "command"): _replace,
    ("services", "*", "depends_on"): _depends_on,
    ("services", "*", "deploy", "labels"): _sequence,
    ("services", "*", "dns"): _sequence,
    ("services", "*", "dns_opt"): _sequence,
    ("services", "*", "dns_search"): _sequence,
    ("services", "*", "entrypoint"): _replace,
    ("services", "*", "env_file"): _sequence,
    ("services", "*", "label_file"): _sequence,
    ("services", "*", "environment"): _sequence,
    ("services", "*", "extra_hosts"): _extra_hosts,
    ("services", "*", "healthcheck", "test"): _replace,
    ("services", "*", "labels"): _sequence,
    ("services", "*", "logging"): _logging,
    ("services", "*", "models"): _networks,
    ("services", "*", "networks"): _networks,
    ("services", "*", "sysctls"): _sequence,
    ("services", "*", "tmpfs"): _sequence,
    ("services", "*", "ulimits", "*"): _replace,
}


def _rule(path: Path) -> _Rule | None:
    if len(path) < 3 or path[0] not in ("services", "networks", "volumes"):
        return None
    rule = _SPECIAL.get((path[0], "*", *path[2:]))
    if rule is None and len(path) == 4 and path[2] == "ulimits":
        rule = _SPECIAL[("services", "*", "ulimits", "*")]
    return rule
