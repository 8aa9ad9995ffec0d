"""What the benchmark left on the Docker Engine, by Shipway's own label of its project."""

from __future__ import annotations

import subprocess
import sys

from bench.harness.board import PROJECT

LABEL = f"label=io.shipway.project={PROJECT}"
KINDS = {
    "container": (["container", "ls", "--all", "--quiet"], ["container", "rm", "--force"]),
    "network": (["network", "ls", "--quiet"], ["network", "rm"]),
    "volume": (["volume", "ls", "--quiet"], ["volume", "rm", "--force"]),
    "image": (["image", "ls", "--quiet"], ["image", "rm", "--force"]),
}


def sweep() -> dict[str, int]:
    """Remove what carries the project's label; return how many there were of each kind."""
    found: dict[str, int] = {}
    for kind, (listing, removal) in KINDS.items():
        names = sorted(set(_docker(*listing, "--filter", LABEL).split()))
        if names:
            found[kind] = len(names)
            _docker(*removal, *names)
    return found


def require() -> None:
    """End with a word to the person where no engine answers."""
    if not _docker("version", "--format", "{{.Server.Version}}"):
        sys.exit('bench: no Docker Engine answers.\nHint: eval "$(./dev engine)"')


def _docker(*words: str) -> str:
    try:
        done = subprocess.run(
            ["docker", *words], check=False, capture_output=True, text=True, timeout=120
        )
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
