"""Draws findings on real projects for judging by hand: the table in docs/checks.md.

python -m tests.checks.sample [SEED]
"""

from __future__ import annotations

import random
import sys
import tempfile
from datetime import date
from pathlib import Path

from shipway.checks import Finding, check_files
from tests.compose.corpus import unpacked

SEED = 20260302
SIZE = 30
TODAY = date(2026, 3, 2)
AROUND = 2

Drawn = tuple[str, str, str, Finding]


def drawn(corpus: Path, seed: int = SEED) -> list[Drawn]:
    """Return (project, check, severity, finding), drawn from all on Docker's sample projects."""
    everything: list[Drawn] = []
    for directory in sorted((corpus / "docker__awesome-compose").iterdir()):
        report = check_files(directory, today=TODAY, without={"images.hadolint"})
        everything += [
            (directory.name, item.check.id, item.check.severity.value, finding)
            for item in report.outcomes
            for finding in item.findings
        ]
    print(f"{len(everything)} findings")
    return random.Random(seed).sample(everything, SIZE)


def main() -> None:
    """Print the drawn findings, each with the lines around it."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else SEED
    with tempfile.TemporaryDirectory() as name:
        corpus = unpacked(Path(name))
        for number, (project, check, severity, finding) in enumerate(drawn(corpus, seed), 1):
            place = finding.place
            file = corpus / "docker__awesome-compose" / project / place.path
            lines = file.read_text("utf-8", "replace").split("\n")
            print(f"\n{number}. {project}/{place.path}:{place.line} {check} ({severity})")
            print(f"   {finding.wrong.en}")
            first = max(0, place.line - 1 - AROUND)
            for at, line in enumerate(lines[first : place.line + AROUND], first + 1):
                print(f"   {'>' if at == place.line else ' '} {at:4} {line}")


if __name__ == "__main__":
    main()
