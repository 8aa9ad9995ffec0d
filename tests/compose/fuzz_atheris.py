"""Coverage-guided fuzzing of the loader, for a person or a night; no test of the suite.

    python -m tests.compose.fuzz_atheris -max_total_time=600

Needs atheris (`pip install atheris`), which is not among the development tools because it
has no build for every platform.  `./dev fuzz` runs the Hypothesis side.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path

try:
    atheris = import_module("atheris")
except ImportError:
    sys.exit("fuzz: atheris is not installed.\nHint: pip install atheris")

with atheris.instrument_imports():
    from shipway.compose import load, parse_env_file, render_json, render_yaml
    from shipway.errors import Problem

DIRECTORY = Path(tempfile.mkdtemp(prefix="shipway-fuzz-"))
ENVIRONMENT = {"A": "b", "EMPTY": "", "HOME": "/home/fuzz"}


def one_input(data: bytes) -> None:
    """Load the bytes as a Compose file and as an environment file; only a Problem may come."""
    (DIRECTORY / "compose.yml").write_bytes(data)
    with suppress(Problem):
        project = load(DIRECTORY, environment=ENVIRONMENT, profiles=["*"])
        render_yaml(project)
        render_json(project)
    with suppress(Problem):
        parse_env_file(DIRECTORY / "compose.yml", lookup=ENVIRONMENT)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
