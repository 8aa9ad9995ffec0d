"""The shim as one file: its parts, joined and compiled into the state directory.

A shim is started with nothing of Shipway on its path, and one file starts soonest.
"""

from __future__ import annotations

import ast
import hashlib
import py_compile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from shipway.engines.process.stateful import interpreter
from shipway.files import replace_file

FOLDER = Path(__file__).with_name("shim")
PARTS = ("orders", "output", "health", "processes", "keeper", "entrance")
"""Each after those that it imports; the entrance is the last."""


@lru_cache
def compiled_shim(root: Path) -> Path:
    """Return the compiled shim in the state directory: it starts without compiling."""
    text = joined((FOLDER / f"{part}.py").read_text(encoding="utf-8") for part in PARTS)
    digest = hashlib.sha256((text + interpreter()).encode()).hexdigest()[:12]
    target = root / f"shim-{digest}.pyc"
    if not target.exists():
        source = target.with_suffix(".py")  # what a traceback shows
        replace_file(source, text, mode=0o644)
        py_compile.compile(str(source), cfile=str(target), doraise=True)
    return target


def joined(texts: Iterable[str]) -> str:
    """Return the parts as one module, without what they import of each other."""
    return "\n\n".join(map(_alone, texts))


def _alone(text: str) -> str:
    lines = text.splitlines()
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("shipway."):
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] = ""
    return "\n".join(lines)
