"""JSON paths (RFC 9535) that only go down, `$.cards[*].id`: nearly all that journeys name.

For the others there is a library, which brings a grammar of regular expressions along: two
megabytes that a daemon keeps.  Invariant: what is plain selects what the library would.
"""

from __future__ import annotations

import re
from typing import Any

_STEP = r"\.([A-Za-z_][A-Za-z0-9_]*)|\[(0|-?[1-9][0-9]{0,8})\]|\.\*|\[\*\]"
_PLAIN = re.compile(rf"\$(?:{_STEP})*")
_EACH = re.compile(_STEP)


def is_plain(path: str) -> bool:
    """Return whether the path only names members and places in lists, or all of them."""
    return _PLAIN.fullmatch(path) is not None


def select_plain(path: str, value: Any) -> list[Any]:
    """Return what a plain path selects."""
    found = [value]
    for step in _EACH.finditer(path):
        found = [item for one in found for item in _below(one, step[1], step[2])]
    return found


def _below(value: Any, name: str | None, place: str | None) -> list[Any]:
    """Return what a step leads to: a member, a place in a list, or everything."""
    if name is not None:
        return [value[name]] if isinstance(value, dict) and name in value else []
    if place is not None:
        at = int(place)
        there = isinstance(value, list) and -len(value) <= at < len(value)
        return [value[at]] if there else []
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []
