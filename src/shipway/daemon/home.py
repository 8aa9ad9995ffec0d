"""Notices when the daemon's home was taken away: without lock and socket nobody finds it any more.

Invariant: only what is still this daemon's own is ever removed by it.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger("shipway.daemon")

Identity = tuple[int, int]


class Home:
    """The files by which others find this daemon; end: called when one of them is gone."""

    def __init__(self, end: Callable[[], None], *files: Path) -> None:
        self._end = end
        self._held = {path: _identity(path) for path in files}
        self._told = False

    def hold(self, path: Path) -> None:
        """Remember the file that lies there now."""
        self._held[path] = _identity(path)

    def owns(self, path: Path) -> bool:
        """Return whether what lies there is what was held."""
        held = self._held.get(path)
        return held is not None and _identity(path) == held

    def look(self) -> None:
        """End the daemon where a file of its own is no longer there."""
        gone = next((path for path in tuple(self._held) if not self.owns(path)), None)
        if gone is None or self._told:
            return
        self._told = True
        text = (
            f"{gone} was removed or replaced: nobody can reach this daemon any more, so it ends. "
            "What runs goes on running."
        )
        log.error("%s", text)
        # the log may have gone with the rest
        print(f"shipway: {text}", file=sys.stderr, flush=True)
        self._end()


def _identity(path: Path) -> Identity | None:
    try:
        facts = os.stat(path)  # noqa: PTH116 - asked every second
    except OSError:
        return None
    return facts.st_dev, facts.st_ino
