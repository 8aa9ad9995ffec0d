"""What the code takes where a variable is not set, as far as it stands there as a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shipway.checks.facts.files import Files
from shipway.checks.facts.settings import SettingsClass

# the standard library's, python-decouple's and django-environ's
_PYTHON = re.compile(
    r"\b(getenv|environ\.get|config|env(\.\w+)?)\(\s*[\"'](?P<key>\w+)[\"']\s*,\s*"
    r"(default\s*=\s*)?\[?[\"'](?P<value>[^\"']*)"
)
_JAVASCRIPT = re.compile(r"process\.env\.(?P<key>\w+)\s*(\|\||\?\?)\s*\[?[\"'`](?P<value>[^\"'`]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Default:
    """A variable's default.  name: as the code calls it; a field's may lack its prefix."""

    key: str
    name: str
    value: str
    path: str
    line: int


def defaults(
    files: Files, code: tuple[str, ...], settings: tuple[SettingsClass, ...]
) -> Iterator[Default]:
    """Yield the defaults of some files' lines, then those of settings' fields."""
    for path in code:
        for number, line in files.numbered(path):
            if found := _PYTHON.search(line) or _JAVASCRIPT.search(line):
                key = found["key"]
                yield Default(key=key, name=key, value=found["value"], path=path, line=number)
    for item in settings:
        for field in item.fields:
            if field.default:
                yield Default(
                    key=item.key(field),
                    name=field.name,
                    value=field.default,
                    path=item.path,
                    line=field.line,
                )
