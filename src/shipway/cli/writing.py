"""Writing files into a project: what differs is replaced only when the person agrees."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from shipway.cli.console import Console


def write_files(
    console: Console,
    root: Path,
    files: Mapping[str, str],
    *,
    yes: bool,
    mode: int = 0o644,
    same: str = "The files are as they should be.",
) -> int:
    """Write texts by path below `root`; return an exit code: 1 where the person did not agree."""
    changed = {
        name: text
        for name, text in files.items()
        if not (root / name).exists() or (root / name).read_text(errors="replace") != text
    }
    present = [name for name in changed if (root / name).exists()]
    if present and not console.confirm(f"Replace {', '.join(present)}?", yes=yes):
        console.say("Nothing was changed.")
        return 1
    for name, text in changed.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
    shown = [os.path.normpath(name) for name in changed]
    if console.json:
        console.emit({"written": shown})
    elif shown:
        console.say(*(f"wrote {path}" for path in shown))
    else:
        console.say(same)
    return 0
