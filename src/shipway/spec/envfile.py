"""Reading an env file of a layer, in Compose's grammar, without its values in messages."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shipway.compose.dotenv import parse_env_file
from shipway.errors import Problem, SourceRef
from shipway.spec.tree import Found


def read_env_file(found: Found, lookup: Mapping[str, str]) -> tuple[tuple[str, str, int], ...]:
    """Return (key, value, line) of every variable; `lookup` serves `${NAME}` in values.

    Raises Problem `invalid-env-file`.
    """
    if not found.path.is_file():
        raise Problem(
            "invalid-env-file", f"{found.shown} is no file.", source=SourceRef(path=found.shown)
        )
    try:
        entries = parse_env_file(found.path, lookup=lookup.get, path=found.shown)
    except Problem as problem:
        raise Problem(
            "invalid-env-file",
            f"{_without_values(problem.message)}.",
            hints=["write one KEY=value a line; put a value with spaces or # in quotes"],
            source=problem.source,
        ) from None
    return tuple((entry.key, entry.value, entry.line) for entry in entries.values())


def _without_values(message: str) -> str:
    """Return the message without the text of the line, which may hold a secret."""
    if message.startswith("the variable "):
        return message.rstrip(".")
    return re.sub(r"`[^`]*`", "what stands there", message.partition(": ")[0]).rstrip(".")
