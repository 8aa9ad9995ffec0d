"""Runs a command in an instance's environment and directory: `shipway exec`.

`python -m shipway.engines.process.enter DIRECTORY -- COMMAND …`: variables come from the
instance's plan, so that no secret stands in an argv.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

TERMINAL = ("TERM", "COLORTERM", "LINES", "COLUMNS")


def main(argv: list[str]) -> None:
    """Become the command."""
    directory, _, *command = argv
    fields = [
        field.partition("=")
        for field in os.fsdecode((Path(directory) / "plan").read_bytes()).split("\0")
    ]
    environment = dict(
        value.split("=", 1) for name, _, value in fields if name == "env" and "=" in value
    )
    folder = next((value for name, _, value in fields if name == "cwd"), "/")
    kept = {key: os.environ[key] for key in TERMINAL if key in os.environ}
    os.chdir(folder)
    try:
        os.environ["PATH"] = environment.get("PATH", os.defpath)
        os.execvpe(command[0], command, {**environment, **kept})  # noqa: S606
    except OSError as error:
        print(f"shipway: cannot run {command[0]!r}: {error.strerror}", file=sys.stderr)
        sys.exit(127 if isinstance(error, FileNotFoundError) else 126)


if __name__ == "__main__":
    main(sys.argv[1:])
