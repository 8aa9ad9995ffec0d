"""Where figures go: bench/results/NAME.json for programs, NAME.md for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bench.harness.machine import ROOT, load_average
from shipway.files import replace_file

RESULTS = ROOT / "bench" / "results"


def write(name: str, figures: Mapping[str, Any], text: str) -> None:
    """Replace both files."""
    RESULTS.mkdir(exist_ok=True)
    values = json.dumps(figures, ensure_ascii=False, indent=1) + "\n"
    replace_file(RESULTS / f"{name}.json", values.encode())
    replace_file(RESULTS / f"{name}.md", text.encode())


def preface(title: str, figures: Mapping[str, Any]) -> str:
    """Return the head of the text: what was measured when, on what."""
    machine = figures["machine"]
    programs = ", ".join(f"{name} {version}" for name, version in figures["versions"].items())
    changed = " with uncommitted changes" if figures["uncommitted_changes"] else ""
    before, after = figures["load_average_before"], load_average()
    return (
        f"# {title}\n\n"
        f"{figures['date']}, commit {figures['commit']}{changed}. {machine['cores']} cores, "
        f"{machine['memory_gb']:g} GB of memory; {programs}. Load average of the last minute: "
        f"{before[0]:g} before, {after[0]:g} after.\n"
    )
