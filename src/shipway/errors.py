"""The one exception that a user may see.

    Problem
    ├── kind      a stable, dashed word for programs: "build-failed", "port-in-use"
    ├── message   what happened, with which values, and what still works
    ├── hints     the next commands to type, most useful first
    ├── source    the file and line that it speaks of, where there is one
    ├── details   evidence: the last lines of a log, the last answer of a probe
    └── korean    of details that know their Korean themselves, by their English

Everything that can go wrong by a user's file, machine or application ends in a
`Problem`.  Any other exception that reaches an edge is a defect of Shipway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRef:
    """A place in a user's file.

    `path` is as the user would type it; `line` and `column` count from 1.
    """

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [self.path, self.line, self.column]
        return ":".join(str(part) for part in parts if part is not None)


class Problem(Exception):  # noqa: N818 - the glossary's word; it is shown to users as such
    """Something a person has to know, with what still works and what to type next."""

    def __init__(
        self,
        kind: str,
        message: str,
        *,
        hints: Sequence[str] = (),
        source: SourceRef | None = None,
        details: Sequence[str] = (),
        korean: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.hints = tuple(hints)
        self.source = source
        self.details = tuple(details)
        self.korean = dict(korean or {})

    def __str__(self) -> str:
        """Return the whole text for a terminal: place, message, evidence, hints."""
        head = f"{self.source}: {self.message}" if self.source else self.message
        lines = [head, *(f"  | {line}" for line in self.details)]
        lines += [f"Hint: {hint}" for hint in self.hints]
        return "\n".join(lines)

    def with_context(self, *, hints: Sequence[str] = (), details: Sequence[str] = ()) -> Problem:
        """Return the same problem with further hints and details added behind its own."""
        return Problem(
            self.kind,
            self.message,
            hints=(*self.hints, *hints),
            source=self.source,
            details=(*self.details, *details),
            korean=self.korean,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the form in which the API, the journal and `--json` carry a problem."""
        source = self.source
        return {
            "kind": self.kind,
            "message": self.message,
            "hints": list(self.hints),
            "source": None
            if source is None
            else {"path": source.path, "line": source.line, "column": source.column},
            "details": list(self.details),
            **({"korean": self.korean} if self.korean else {}),
        }

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> Problem:
        """Rebuild a problem from `as_dict`."""
        source = value.get("source")
        return cls(
            value["kind"],
            value["message"],
            hints=value.get("hints", ()),
            source=SourceRef(**source) if source else None,
            details=value.get("details", ()),
            korean=value.get("korean"),
        )
