"""The merged model against the Compose Specification's schema."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

from shipway.compose.explain import explain
from shipway.compose.problems import dotted, problem
from shipway.compose.tree import Map, Mark, Seq
from shipway.compose.validator import Validator


@cache
def schema(*, newer: bool) -> dict[str, Any]:
    """Return the schema: that of Docker's loader, or with what came after it."""
    folder = Path(__file__).parent / "schema"
    base: dict[str, Any] = json.loads((folder / "compose-spec.json").read_text("utf-8"))
    if newer:
        _graft(base, json.loads((folder / "newer.json").read_text("utf-8")))
    return base


def _graft(base: Any, more: dict[str, Any]) -> None:
    """Merge `more` into `base`; a number names a list's item, null removes."""
    for key, value in more.items():
        at: Any = int(key) if isinstance(base, list) else key
        present = isinstance(base, list) or at in base
        if value is None:
            base.pop(at, None)
        elif present and isinstance(value, dict) and isinstance(base[at], dict | list):
            _graft(base[at], value)
        else:
            base[at] = value


@cache
def _validator(*, newer: bool) -> Validator:
    return Validator(schema(newer=newer))


def validate(model: Map, *, newer: bool) -> None:
    """Refuse a model that does not fit the schema.  Raises Problem."""
    validator = _validator(newer=newer)
    if validator.valid(model):
        return
    finding = explain(validator, model)
    if finding is None:  # pragma: no cover - the two would disagree
        raise problem("the file does not fit the Compose Specification", model.mark)
    place = dotted(finding.path)
    raise problem(
        f"{place}: {finding.message}" if place else finding.message,
        locate(model, finding.path),
        hints=finding.hints,
    )


def locate(tree: Any, path: tuple[str | int, ...]) -> Mark | None:
    """Return the place of a value, or of the nearest parent that has one."""
    mark: Mark | None = getattr(tree, "mark", None)
    for part in path:
        if isinstance(tree, Map) and isinstance(part, str) and part in tree:
            mark = tree.mark_of(part) or mark
            tree = tree[part]
        elif isinstance(tree, Seq) and isinstance(part, int) and part < len(tree):
            mark = tree.marks[part] or mark
            tree = tree[part]
        else:
            break
    return mark


def refuse_not_finite(
    value: Any, path: tuple[str | int, ...] = (), mark: Mark | None = None
) -> None:
    """Refuse `.nan` and `.inf`, which Docker's loader cannot carry.  Raises Problem."""
    if isinstance(value, float) and not math.isfinite(value):
        raise problem(f"{dotted(path)}: not a number that Compose can carry", mark)
    if isinstance(value, Map):
        for key, item in value.items():
            refuse_not_finite(item, (*path, key), value.mark_of(key))
    elif isinstance(value, Seq):
        for index, item in enumerate(value):
            refuse_not_finite(item, (*path, index), value.marks[index])
