"""What a daemon that goes on working keeps in its files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def files_below(
    folder: Path, *, left_out: tuple[str, ...] = ()
) -> Iterator[tuple[Path, bytes, int]]:
    """Yield each file below, its content and its mode; what goes meanwhile is passed over.

    left_out: how the names begin, from `folder` on, of what is not read.

    Unlike `Path.rglob`, which raises where a directory goes before it was looked into.
    """
    for here, _folders, names in os.walk(folder):
        for name in names:
            path = Path(here, name)
            if str(path.relative_to(folder)).startswith(left_out):
                continue
            try:
                if path.is_file() and not path.is_symlink():
                    yield path, path.read_bytes(), path.stat().st_mode
            except FileNotFoundError:
                continue
