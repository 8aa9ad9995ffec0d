"""The shim's entrance: it leaves whoever launched it, and keeps the instance.

Exit codes of the launching process: 0 the instance runs, 75 another shim keeps it already,
1 the main process could not be started (its log says why).
"""

import _signal as signal  # type: ignore[import-not-found]  # `signal` costs 7 ms for its enums
import fcntl
import os
import sys

from shipway.engines.process.shim.keeper import Keeper
from shipway.engines.process.shim.processes import PR_SET_CHILD_SUBREAPER, prctl

KEPT_ALREADY = 75


def main(directory: str) -> int:
    """Leave the caller behind, keep the instance."""
    os.chdir("/")
    lock = os.open(f"{directory}/shim.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return KEPT_ALREADY
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        return 0 if os.read(reader, 1) == b"+" else 1
    os.close(reader)
    os.setsid()
    wake_reader, wake = os.pipe()
    for fd in (wake_reader, wake):
        os.set_blocking(fd, False)
    asked: list[int] = []
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    keeper = Keeper(directory)
    started = keeper.start()
    if not started and keeper.over:
        keeper.record("exited")
    os.write(writer, b"+" if started else b"-")
    os.close(writer)
    keeper.keep(wake_reader, asked)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
