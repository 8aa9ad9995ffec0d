"""Scripts with the names that operations documents use: thin wrappers around the commands."""

from __future__ import annotations

from collections.abc import Mapping

COMMANDS = {
    "deploy-staging.sh": ("Brings the newest commit of this branch to staging.", "deploy staging"),
    "promote-production.sh": ("Brings staging's release to production; builds nothing.", "promote"),
    "rollback-production.sh": (
        "Brings production back to its earlier release; --to r41 for another.",
        "rollback production",
    ),
}
PULLS = frozenset({"deploy-staging.sh"})


def scripts() -> Mapping[str, str]:
    """Return the scripts by file name.  Arguments go on to the command: `-y`, `--to r41`."""
    return {name: _script(name, *said) for name, said in COMMANDS.items()}


def _script(name: str, purpose: str, command: str) -> str:
    # A pull that is no fast-forward, or cannot be, stops here: nothing is deployed by chance.
    pull = "git pull --ff-only\n" if name in PULLS else ""
    return f"""\
#!/bin/sh
# {purpose}
# Written by `shipway generate scripts`; it may be changed, Shipway does not write it again.
set -eu
cd "$(dirname "$0")/.."
{pull}exec shipway {command} "$@"
"""
