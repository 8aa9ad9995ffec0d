"""Every file that an installation writes, as values.  Pure."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from shipway.installation import units
from shipway.installation.layout import Layout

SYSTEMD = Path("/etc/systemd/system")
PROGRAM = Path("/usr/local/bin/shipway")
COMPLETION = Path("/usr/local/share/bash-completion/completions/shipway")
MARK = "managed-by-systemd"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of root's; `own`: it belongs to Shipway's user, and is not replaced once there."""

    path: Path
    content: str
    mode: int = 0o644
    own: bool = False


def files(layout: Layout) -> tuple[File, ...]:
    """Return all of them."""
    return (
        File(path=SYSTEMD / units.DAEMON, content=units.daemon_unit(layout)),
        File(path=SYSTEMD / units.INGRESS, content=units.ingress_unit(layout)),
        File(path=SYSTEMD / units.INGRESS_PATH, content=units.ingress_path(layout)),
        File(path=PROGRAM, content=program(layout), mode=0o755),
        File(path=COMPLETION, content=completion()),
        File(path=layout.home / MARK, content=f"{units.DAEMON}\n"),
        # before systemd makes it as root's own: the daemon keeps it short
        File(path=layout.ingress / "haproxy.log", content="", mode=0o600, own=True),
    )


def program(layout: Layout) -> str:
    """Return the `shipway` on everybody's path: it speaks with the machine's own daemon."""
    return f"""\
#!/bin/sh
# Written by `shipway install`.
export SHIPWAY_HOME="${{SHIPWAY_HOME:-{layout.home}}}"
exec {shlex.quote(str(layout.python))} -P -m shipway "$@"
"""


def completion() -> str:
    """Return what bash sources when somebody first completes `shipway`."""
    return """\
# Written by `shipway install`.
eval "$(shipway completion bash)"
"""
