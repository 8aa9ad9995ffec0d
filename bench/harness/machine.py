"""What a figure was measured on: never a machine's name or a path of it."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def circumstances() -> dict[str, Any]:
    """Return the date, the commit and the machine's size."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": said("git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"),
        "uncommitted_changes": bool(said("git", "-C", str(ROOT), "status", "--porcelain", "src")),
        "machine": {
            "cores": len(os.sched_getaffinity(0)),
            "memory_gb": round(_memory_kb() / 1024 / 1024, 1),
        },
        "load_average_before": load_average(),
    }


def versions(*, docker: bool = False) -> dict[str, str]:
    """Return the versions of what takes part."""
    found = {"python": platform.python_version(), "haproxy": _haproxy()}
    if docker:
        found["docker engine"] = said("docker", "version", "--format", "{{.Server.Version}}")
        compose = os.environ.get("DOCKER_COMPOSE_BIN")
        if compose:
            found["docker compose"] = said(compose, "version", "--short")
    return found


def load_average() -> list[float]:
    """Return the load average of 1, 5 and 15 minutes."""
    return [round(value, 2) for value in os.getloadavg()]


def said(*argv: str) -> str:
    """Return the first line that a command prints, `?` where it cannot be run."""
    try:
        done = subprocess.run(argv, check=True, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return "?"
    return next(iter(done.stdout.splitlines()), "")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table that reads well in a terminal too."""
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]

    def line(cells: Sequence[str]) -> str:
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        return f"| {' | '.join(padded)} |"

    rule = f"|{'|'.join('-' * (width + 2) for width in widths)}|"
    return "\n".join([line(heads), rule, *map(line, rows)])


def _memory_kb() -> int:
    for line in Path("/proc/meminfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1])
    return 0


def _haproxy() -> str:
    words = said("haproxy", "-v").split()
    return words[2] if len(words) > 2 else "?"
