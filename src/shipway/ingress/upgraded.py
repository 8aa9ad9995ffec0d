"""How many upgraded connections (WebSockets) are open, by backend, as the proxy lists them.

In `show sess` a session whose two channels have no analyser left (`an=00h`) but a server is
a tunnel: a request that waits, or whose body passes, has one.  Seen on HAProxy 2.6.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from shipway.ingress.control import Unreachable, ask_worker, processes

_TUNNEL = re.compile(
    r"^0x[0-9a-f]+: .* be=(\S+) srv=(?!<none>)\S+ .*"
    r" rq\[[^\]]*\ban=00h\b[^\]]*\] rp\[[^\]]*\ban=00h\b",
)


def upgraded(directory: Path) -> Mapping[str, int] | None:
    """Return open tunnels by backend, old workers' included; None where no proxy answers."""
    try:
        found = processes(directory)
    except Unreachable:
        return None
    counts: Counter[str] = Counter()
    for pid in (*found.old_workers, *((found.worker,) if found.worker else ())):
        try:
            counts.update(tunnels_of(ask_worker(directory, pid, "show sess")))
        except Unreachable:  # it has just ended
            continue
    return counts


def tunnels_of(text: str) -> Counter[str]:
    """Return the tunnels in `show sess` by backend; what is handed over stands elsewhere."""
    matches = (_TUNNEL.match(line) for line in text.splitlines())
    return Counter(
        match[1] for match in matches if match is not None and not match[1].startswith("handover:")
    )
