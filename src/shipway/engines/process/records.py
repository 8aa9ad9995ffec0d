"""Small files of JSON that are asked for every second: read anew only where they were replaced.

Whoever writes one replaces it whole, so another version is another file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

KEPT_MAX = 4096

T = TypeVar("T")

_Mark = tuple[int, int, int]
_known: dict[str, tuple[_Mark, Any]] = {}


def read_record(path: Path, made: Callable[[dict[str, Any]], T]) -> T | None:
    """Return what is `made` of the file's content, the same until it is replaced.

    None where there is no file.  A file is always made into the same kind of thing, which is
    not to be changed.  Raises ValueError where it is no JSON.
    """
    name = os.fspath(path)
    try:
        mark = _mark(os.stat(name))  # noqa: PTH116 - asked every second
        known = _known.get(name)
        if known is not None and known[0] == mark:
            return known[1]  # type: ignore[no-any-return]
        with open(name, "rb") as file:  # noqa: PTH123 - likewise
            mark = _mark(os.fstat(file.fileno()))
            found = made(json.loads(file.read()))
    except FileNotFoundError:
        _known.pop(name, None)
        return None
    if len(_known) >= KEPT_MAX:
        _known.clear()
    _known[name] = (mark, found)
    return found


def _mark(facts: os.stat_result) -> _Mark:
    return facts.st_ino, facts.st_mtime_ns, facts.st_size
