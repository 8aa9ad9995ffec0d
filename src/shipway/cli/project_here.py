"""Which project's directory a command was typed in."""

from __future__ import annotations

import os
from pathlib import Path

# As spec.values.FILE_NAMES, which costs 60 ms to import.
SPEC_NAMES = ("shipway.yaml", "shipway.yml")


def find_directory(start: Path | None) -> Path | None:
    """Return the nearest directory upwards from `start` with a shipway.yaml, None without one.

    start: None for the current directory.
    """
    begin = Path(os.path.realpath(start or "."))
    for directory in (begin, *begin.parents):
        if any((directory / name).is_file() for name in SPEC_NAMES):
            return directory
    return None
