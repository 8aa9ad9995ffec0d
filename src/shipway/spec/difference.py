"""One difference between two applications, and how two mappings are compared.

Invariant: a difference names a variable, a header's name or a rule, and never what may be
a secret; `detail` holds figures and words that a person wrote into shipway.yaml.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class DifferenceKind(StrEnum):
    """What differs."""

    SERVICE = "service"
    VARIABLE = "variable"
    BUILD_ARGUMENT = "build-argument"
    FILE = "file"
    ROUTE = "route"
    TLS = "tls"
    HEADER = "header"
    PAGE = "page"
    INGRESS = "ingress"
    ADDRESS = "address"
    JOB = "job"
    SMOKE = "smoke"
    JOURNEY = "journey"
    POLICY = "policy"
    RESOURCE = "resource"
    ENGINE = "engine"


class Change(StrEnum):
    """How."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference; `name`: of the variable, key, rule or figure; service where it has one.

    detail: old and new, where they are no secret.
    """

    kind: DifferenceKind
    change: Change
    name: str
    service: str | None = None
    detail: str = ""

    def __str__(self) -> str:
        owner = f"{self.service}: " if self.service else ""
        kind = self.kind.value.replace("-", " ")
        detail = f" ({self.detail})" if self.detail else ""
        return f"{owner}{kind} {self.name} {self.change.value}{detail}"


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Change]]:
    """Yield the names at which two mappings of JSON values differ."""
    for name in dict.fromkeys([*old, *new]):
        if name not in old:
            yield name, Change.ADDED
        elif name not in new:
            yield name, Change.REMOVED
        elif _canonical(old[name]) != _canonical(new[name]):
            yield name, Change.CHANGED


def listed(
    kind: DifferenceKind,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    service: str | None = None,
) -> Iterator[Difference]:
    """Yield what was added, removed and changed, by name alone."""
    for name, change in changes(old, new):
        yield Difference(kind=kind, change=change, name=name, service=service)


def figures(
    kind: DifferenceKind, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Difference]:
    """Yield what changed, with both values."""
    for name, _change in changes(old, new):
        yield Difference(
            kind=kind,
            change=Change.CHANGED,
            name=name,
            detail=f"{word(old.get(name))} → {word(new.get(name))}",
        )


def word(value: Any) -> str:
    """Return a value as a person reads it."""
    return "none" if value is None else str(value)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
