"""How mappings and lists of the model are read, each in all the forms that Compose takes."""

from __future__ import annotations

import re
from typing import Any

from shipway.compose.interpolate import to_integer
from shipway.compose.scalars import go_text
from shipway.compose.values import Bad, Reader, boolean, converted, is_integer, no, string

EXTENSIONS = "#extensions"
"""The key under which Docker's loader keeps `x-…` keys, even of a mapping of labels."""


def without_extensions(value: dict[str, Any]) -> dict[str, Any]:
    """Return a mapping with its `x-…` keys gathered under one key, as Docker's loader does."""
    extras = {key: item for key, item in value.items() if key.startswith("x-")}
    if not extras:
        return value
    kept = {key: item for key, item in value.items() if key not in extras}
    kept[EXTENSIONS] = extras
    return kept


def pairs(*, null: str | None, bare: str | None) -> Reader:
    """Return the reader of KEY=VALUE pairs, from a mapping or a list, sorted by key.

    null: what a key with a null value gets.  bare: what a list's item without `=` gets.
    """

    def read(value: Any) -> dict[str, str | None]:
        made: dict[str, str | None] = {}
        if isinstance(value, dict):
            for key, item in without_extensions(value).items():
                made[key] = null if item is None else go_text(item)
        elif isinstance(value, list):
            for item in value:
                key, equals, text = go_text(item).partition("=")
                made[key] = text if equals else bare
        else:
            raise no(value, "a mapping or a list")
        return sort_keys(made)

    return read


environment = pairs(null=None, bare=None)
labels = pairs(null="", bare="")


def options(value: Any) -> dict[str, str | None]:
    """Read a mapping of options, passed on as text."""
    if not isinstance(value, dict):
        raise no(value, "a mapping")
    made: dict[str, str | None] = labels(value)
    return made


def plain_map(value: Any) -> dict[str, str]:
    """Read a mapping of strings and integers."""
    if not isinstance(value, dict):
        raise no(value, "a mapping")
    made = without_extensions(value)
    return sort_keys({k: "" if item is None else string(item) for k, item in made.items()})


def hosts(value: Any) -> list[str] | None:
    """Read extra hosts; returns sorted `NAME=ADDRESS` items, None where there is no host."""
    found: dict[str, list[str]] = {}
    if isinstance(value, dict):
        for name, item in without_extensions(value).items():
            if isinstance(item, list):
                found[name] = [go_text(address) for address in item]
            elif item is None or isinstance(item, str):
                found[name] = [item or ""]
            else:
                raise no(item, "an address or a list of them")
    elif isinstance(value, list):
        for item in value:
            text = go_text(item)
            name, separator, addresses = text.partition("=")
            if not separator:
                name, separator, addresses = text.partition(":")
            if not separator:
                raise Bad(f"`{text}` names no address; write NAME=ADDRESS")
            found.setdefault(name, []).extend(addresses.split(","))
    else:
        raise no(value, "a mapping or a list")
    for name in found:
        if not name or re.search("[:=]", name):
            raise Bad(f"`{name}` is not the name of a host")
    if not found:
        return None
    lines = [f"{name}={_unbracketed(item)}" for name, items in found.items() for item in items]
    return sorted(lines, key=str.encode)


def _unbracketed(address: str) -> str:
    inside = len(address) > 2 and address[0] == "[" and address[-1] == "]"
    return address[1:-1] if inside else address


def ssh_keys(value: Any) -> list[str]:
    """Read SSH keys; returns sorted `ID` or `ID=PATH` items."""
    if not isinstance(value, dict):
        raise no(value, "a mapping")
    made = without_extensions(value)
    return [key if not made[key] else f"{key}={go_text(made[key])}" for key in sorted(made)]


def ssh_keys_yaml(value: Any) -> list[str]:
    """Read SSH keys as YAML prints them: `ID` or `ID: PATH`."""
    return [key.replace("=", ": ", 1) for key in ssh_keys(value)]


def env_file_json(value: Any) -> Any:
    """Read an `env_file` entry as JSON prints it: its path where it is required."""
    if not isinstance(value, dict):
        raise no(value, "a file")
    path = string(value.get("path") or "")
    if boolean(value.get("required", False)):
        return path
    made = {"path": path, "required": False, "format": value.get("format")}
    return {key: item for key, item in made.items() if key == "required" or item}


def env_file_yaml(value: Any) -> Any:
    """Read an `env_file` entry as YAML prints it."""
    made = env_file_json(value)
    return made if isinstance(made, str) else {"path": made.get("path", ""), "required": False}


def device_count(value: Any) -> int:
    """Read a number of devices; `all` is -1."""
    if isinstance(value, str):
        return -1 if value.lower() == "all" else int(converted(to_integer, value))
    if is_integer(value):
        return int(value)
    raise no(value, "a number or `all`")


def sort_keys(value: dict[str, Any]) -> dict[str, Any]:
    """Return a mapping in the order of Go's JSON encoder."""
    return {key: value[key] for key in sorted(value, key=str.encode)}
