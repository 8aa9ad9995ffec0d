"""How single values of the model are read: one small function for each of Compose's types.

Each takes a value of the canonical tree and returns what Docker's model holds, or raises
`Bad`.  They are as strict and as lax as Docker's loader: `1.5` is no `mem_limit` and
counts as none, `"true"` is a boolean, an integer is a string where a string is wanted.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from shipway.compose.interpolate import to_boolean, to_float, to_integer, to_single
from shipway.compose.problems import type_name
from shipway.compose.scalars import go_text, single_precision
from shipway.compose.units import (
    duration_nanoseconds,
    format_duration,
    parse_size,
    split_command,
)

Reader = Callable[[Any], Any]
"""Returns what the model holds for a value of the tree.  Raises Bad."""


class Bad(ValueError):  # noqa: N818 - carried to the edge of the module and turned into a Problem
    """A value cannot be read; `path` grows while it travels outwards."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.path: list[str | int] = []


def no(value: Any, wanted: str) -> Bad:
    """Return the complaint about a value of the wrong type."""
    return Bad(f"must be {wanted}, not {type_name(value)}")


def is_integer(value: Any) -> bool:
    """Return whether a value is an integer and no boolean."""
    return isinstance(value, int) and not isinstance(value, bool)


def string(value: Any) -> str:
    """Read a string; integers count."""
    if isinstance(value, str):
        return value
    if is_integer(value) and -(2**63) <= value < 2**63:
        return str(value)
    raise no(value, "a string")


def boolean(value: Any) -> bool:
    """Read a boolean; YAML 1.1's words count."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return bool(converted(to_boolean, value))
    raise no(value, "true or false")


def converted(convert: Callable[[str], Any], value: str) -> Any:
    """Return a converted text.  Raises Bad."""
    try:
        return convert(value)
    except ValueError as error:
        raise Bad(str(error)) from error


def integer(value: Any) -> int:
    """Read an integer of 64 bits; a fraction is cut off."""
    if is_integer(value):
        return _signed(int(value))
    if isinstance(value, float):
        return int(value)
    if isinstance(value, str):
        return int(converted(to_integer, value))
    raise no(value, "an integer")


def _signed(value: int) -> int:
    """Return an integer as 64 bits with a sign hold it."""
    return (value + 2**63) % 2**64 - 2**63


def unsigned(bits: int) -> Reader:
    """Return the reader of integers that are not negative."""

    def read(value: Any) -> int:
        if is_integer(value) or isinstance(value, float):
            if value < 0:
                raise Bad(f"must not be negative: {go_text(value)}")
            return int(int(value) % 2**bits)
        raise no(value, "an integer")

    return read


def number(value: Any) -> float:
    """Read a number in single precision."""
    if is_integer(value) or isinstance(value, float):
        return _whole(single_precision(value))
    if isinstance(value, str):
        return _whole(converted(to_single, value))
    raise no(value, "a number")


def _whole(value: float) -> float:
    """Return an integer where there is no fraction, as JSON prints it."""
    if not math.isfinite(value):
        raise Bad("must be a finite number")
    return int(value) if value == int(value) and abs(value) < 1e6 else value


def cpus(value: Any) -> float:
    """Read a number of CPUs."""
    if isinstance(value, str):
        return _whole(single_precision(converted(to_float, value)))
    return number(value)


def size(value: Any) -> str:
    """Read a size; returns bytes as text, and `` for none."""
    if is_integer(value):
        return _nonzero(value)
    if isinstance(value, str):
        return _nonzero(converted(parse_size, value))
    return ""  # Docker's loader ignores a fraction here.


def _nonzero(value: int) -> str:
    return str(value) if value else ""


def size_or_zero(value: Any) -> str:
    """Read a size that is printed even where it is none."""
    return size(value) or "0"


def duration(value: Any) -> str:
    """Read a duration; returns it as Go prints it."""
    return format_duration(converted(duration_nanoseconds, go_text(value)))


def duration_or_none(value: Any) -> str:
    """Read a duration that counts as absent where it is zero."""
    nanoseconds = converted(duration_nanoseconds, go_text(value))
    return format_duration(nanoseconds) if nanoseconds else ""


def or_zero(read: Reader, zero: Any) -> Reader:
    """Return a reader for which an absent value is `zero`, so that it is printed."""
    return lambda value: zero if value is None else read(value)


def list_of(read: Reader, empty: Any = "") -> Reader:
    """Return the reader of a list; `empty` stands for a null item."""

    def read_list(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise no(value, "a list")
        made = []
        for index, item in enumerate(value):
            try:
                made.append(empty if item is None else read(item))
            except Bad as bad:
                bad.path.append(index)
                raise
        return made

    return read_list


strings = list_of(string)


def string_list(value: Any) -> list[str]:
    """Read a string or a list of strings."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return list(value)
    raise no(value, "a string or a list of strings")


def loose_list(value: Any) -> list[str]:
    """Read a string or a list of anything, as text."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [go_text(item) for item in value]
    raise no(value, "a string or a list")


def command(value: Any) -> list[str]:
    """Read a command: a list, or a line that is split as a shell would."""
    if isinstance(value, str):
        return list(converted(split_command, value))
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return list(value)
    raise no(value, "a string or a list of strings")


def health_test(value: Any) -> list[str]:
    """Read a health check's test."""
    if isinstance(value, str):
        return ["CMD-SHELL", value]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return list(value)
    raise no(value, "a string or a list of strings")


def raw(value: Any) -> Any:
    """Take a value as it is."""
    return value
