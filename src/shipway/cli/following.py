"""Following a rollout: its lines of progress, through a daemon that may be restarted meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from shipway.api.client import Client, DaemonGone
from shipway.cli.daemon_here import ask, wait_until
from shipway.errors import Problem

RECONNECT_S = 15.0
SETTLE_S = 0.3
PAUSE_S = 0.05
UNDECIDED = frozenset({"running", "unwinding"})

Line = dict[str, Any]


def follow_rollout(
    client: Client, identifier: int, *, after: int = 0, note: Callable[[str], None]
) -> Iterator[Line]:
    """Yield the lines of progress after number `after`, and last `{"rollout": …}`.

    note: told when the daemon went away and came back.  Raises Problem `daemon-gone` where it
    stays away; the rollout is taken up at the daemon's next start.
    """
    while True:
        try:
            for line in client.stream("GET", f"/rollouts/{identifier}/progress", after=after):
                if "seq" not in line:
                    if line["rollout"]["state"] not in UNDECIDED:
                        yield line
                        return
                    break  # the stream has a deadline of its own
                after = line["seq"]
                yield line
                if line["kind"] == "finished" and (ended := _ended(client, identifier)):
                    yield ended
                    return
            time.sleep(PAUSE_S)
        except DaemonGone:
            note("the daemon does not answer; the rollout goes on as soon as it is back")
            _await_daemon(client, identifier)
            note("the daemon is back")


def _ended(client: Client, identifier: int) -> Line | None:
    """Return the last line where the rollout has come to an end, or is stuck.

    Its state is written a moment after its last words; a rollout that was resumed has spoken
    last words before.
    """
    until = time.monotonic() + SETTLE_S
    while True:
        rollout = client.get(f"/rollouts/{identifier}")
        if rollout["state"] not in UNDECIDED:
            return {"rollout": rollout}
        if time.monotonic() > until:
            return None
        time.sleep(0.02)


def _await_daemon(client: Client, identifier: int) -> None:
    if not wait_until(lambda: ask(client) is not None, RECONNECT_S):
        raise Problem(
            "daemon-gone",
            f"the daemon has not come back within {RECONNECT_S:g} s. What serves goes on serving; "
            f"rollout #{identifier} goes on when the daemon starts again.",
            hints=[f"shipway follow {identifier}", "shipway daemon log"],
        )
