"""A line of progress that Shipway worded itself, among those that commands printed.

Both go the same way to whoever follows a rollout; only the former has another language.
"""

from __future__ import annotations

from typing import Self


class Said(str):
    """A sentence of Shipway's.  korean: its Korean, where no table has it; else empty."""

    __slots__ = ("korean",)

    korean: str

    def __new__(cls, text: str, korean: str = "") -> Self:
        """Return the sentence."""
        said = super().__new__(cls, text)
        said.korean = korean
        return said


def about(subject: str, line: str) -> str:
    """Return `subject: line`; what was Shipway's word stays it."""
    if not isinstance(line, Said):
        return f"{subject}: {line}"
    return Said(f"{subject}: {line}", line.korean and f"{subject}: {line.korean}")


def korean_of(line: str) -> str:
    """Return the Korean that a line carries, empty where it carries none."""
    return line.korean if isinstance(line, Said) else ""
