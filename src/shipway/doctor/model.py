"""One line of the doctor's report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """What a line means."""

    GOOD = "good"
    NOTE = "note"  # worth a look; nothing is held up by it
    BAD = "bad"  # what Shipway or the project needs is not there
    UNKNOWN = "unknown"  # could not be looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A finding.  figure: what was seen; wanted: what is asked for, and by which file."""

    group: str
    name: str
    level: Level
    figure: str
    wanted: str = ""
    hint: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the form of `--json`."""
        return {
            "group": self.group,
            "name": self.name,
            "level": self.level.value,
            "figure": self.figure,
            "wanted": self.wanted,
            "hint": self.hint,
        }
