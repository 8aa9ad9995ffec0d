"""What `init` suggests for builds: caches that outlive a build, in Dockerfiles without them.

https://docs.docker.com/build/cache/optimize/#use-cache-mounts
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shipway.checks.facts.files import Files
    from shipway.model.application import Application

_CACHES = (
    (re.compile(r"\buv (sync|pip install)\b"), "/root/.cache/uv"),
    (re.compile(r"\bpoetry install\b"), "/root/.cache/pypoetry"),
    (re.compile(r"\bpip3? install\b"), "/root/.cache/pip"),
    (re.compile(r"\bpnpm (install|i|fetch)\b"), "/root/.local/share/pnpm/store"),
    (re.compile(r"\byarn( install)?\b(?! build)"), "/usr/local/share/.cache/yarn"),
    (re.compile(r"\bnpm (ci|install|i)\b"), "/root/.npm"),
)


def build_remarks(app: Application, files: Files) -> list[str]:
    """Return comments: where a build fetches packages anew each time, and the line that does not."""
    found = [*dict.fromkeys(_suggestions(app, files))]
    if not found:
        return []
    heading = ["", "# Builds get faster with a cache for packages, where BuildKit builds:"]
    return [*heading, *(f"# - {text}" for text in found)]


def _instructions(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield (number of the first line, instruction) with continued lines joined."""
    start, whole = 1, ""
    for number, line in enumerate(lines, 1):
        if not whole:
            start = number
        if line.endswith("\\"):
            whole += line[:-1] + " "
            continue
        yield start, whole + line
        whole = ""


def _suggestions(app: Application, files: Files) -> Iterator[str]:
    for service in app.services:
        build = service.definition.get("build")
        if not isinstance(build, dict):
            continue
        path = os.path.normpath(
            f"{build.get('context') or '.'}/{build.get('dockerfile') or 'Dockerfile'}"
        )
        path = os.path.relpath(path, files.root)
        for number, line in _instructions(files.lines(path)):
            words = line.strip()
            if not words.upper().startswith("RUN ") or "type=cache" in words:
                continue
            target = next((place for tool, place in _CACHES if tool.search(words)), None)
            if target is not None:
                rest = re.sub(r"\s+", " ", words[4:].strip()).replace(" --no-cache-dir", "")[:70]
                yield f"{path}: line {number}: RUN --mount=type=cache,target={target} {rest}"
