"""Two directories change places in one moment, as Linux can since 3.15 (renameat2)."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from shipway.errors import Problem

AT_FDCWD = -100
RENAME_EXCHANGE = 2


def exchange(one: Path, other: Path) -> None:
    """Let `one` be where `other` is and the other way round; both or nothing happens."""
    libc = ctypes.CDLL(None, use_errno=True)
    done = libc.renameat2(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE)
    if done != 0:
        said = os.strerror(ctypes.get_errno())
        raise Problem(
            "not-into-place",
            f"{other} cannot be replaced in one go: {said}. Nothing was changed.",
            hints=["shipway backup restore … --to DIR, then copy by hand"],
        )
