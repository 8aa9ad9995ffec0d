"""How the loader says no: one helper that turns a place and a cause into a `Problem`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shipway.compose.tree import Mark
from shipway.errors import Problem, SourceRef

INVALID = "compose-invalid"
SYNTAX = "compose-syntax"
INTERPOLATION = "compose-interpolation"
NOT_FOUND = "compose-file-not-found"
TOO_LARGE = "compose-too-large"
UNSUPPORTED = "compose-unsupported"
ENV_FILE = "compose-env-file"
NAME = "compose-project-name"


def source_of(mark: Mark | None) -> SourceRef | None:
    """Return the reference that a user sees for a mark."""
    if mark is None:
        return None
    path, line, column = mark
    return SourceRef(path=path, line=line or None, column=column or None)


def problem(
    message: str, mark: Mark | None = None, *, kind: str = INVALID, hints: Sequence[str] = ()
) -> Problem:
    """Return a Problem at a mark; the caller raises it."""
    return Problem(kind, message, hints=hints, source=source_of(mark))


def did_you_mean(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return a hint with the nearest known word, or nothing."""
    from difflib import get_close_matches  # only a refusal pays for it

    names = sorted(known)
    folded = word.lower().replace("-", "_")
    near = [folded] if folded in names else get_close_matches(folded, names, n=1, cutoff=0.6)
    return (f"did you mean `{near[0]}`?",) if near and near[0] != word else ()


def dotted(path: Iterable[str | int]) -> str:
    """Return a path as Compose writes it: `services.web.ports.0`."""
    return ".".join(str(part) for part in path)


def type_name(value: object) -> str:
    """Return the YAML word for a value's type."""
    if value is None:
        return "null"
    for kind, name in (
        (bool, "boolean"),
        (str, "string"),
        (int, "integer"),
        (float, "number"),
        (dict, "mapping"),
        (list, "list"),
    ):
        if isinstance(value, kind):
            return name
    return type(value).__name__.lower()
