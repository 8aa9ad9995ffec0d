"""Commands as a person types them, in a project's directory, for a daemon of the test's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.running import Shipway
from tests.support.tinyapp import TinyApp

LIMIT_S = 120


def type_command(
    shipway: Shipway, app: TinyApp, *words: str, given: str = os.devnull
) -> subprocess.CompletedProcess[str]:
    """Type a command in the project's directory; given: the file that `<` leads to it."""
    with Path(given).open("rb") as stream:
        return subprocess.run(
            [sys.executable, "-m", "shipway", *words],
            cwd=app.directory,
            env={**os.environ, "SHIPWAY_HOME": str(shipway.places.home), "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
            stdin=stream,
        )
