"""A throw-away Redis that loads a snapshot and says how many keys it found.

By this machine's `redis-server`, where there is one; it listens on a unix socket in a private directory only.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from shipway.errors import Problem
from shipway.tools import find_tool

LOAD_S = 600.0
ASK_S = 30.0
TICK_S = 0.05
LOADED = re.compile(r"rdb_last_load_keys_(?:loaded|expired):(\d+)")


def loaded_keys(snapshot: Path) -> int:
    """Return how many keys a Redis loads from the snapshot, those that expired since included.

    Raises Problem `tools-missing`, `restore-failed`.
    """
    server, client = find_tool("redis-server"), find_tool("redis-cli")
    if server is None or client is None:
        from shipway.tools import missing

        raise missing("redis")
    folder = Path(tempfile.mkdtemp(prefix="shipway-redis-"))  # a socket's path must be short
    try:
        shutil.copy2(snapshot, folder / "dump.rdb")
        socket = folder / "s"
        argv = [str(server), "--port", "0", "--unixsocket", str(socket), "--dir", str(folder)]
        argv += ["--dbfilename", "dump.rdb", "--save", "", "--appendonly", "no"]
        with (folder / "log").open("wb") as log:
            child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            try:
                return _ask(child, [str(client), "-s", str(socket)], folder / "log")
            finally:
                child.kill()
                child.wait(10)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ask(child: subprocess.Popen[bytes], client: list[str], log: Path) -> int:
    until = time.monotonic() + LOAD_S
    while time.monotonic() < until and child.poll() is None:
        with suppress(subprocess.TimeoutExpired):  # it loads: the deadline above is what counts
            done = subprocess.run(
                [*client, "info", "persistence"],
                capture_output=True,
                text=True,
                timeout=ASK_S,
                check=False,
            )
            if done.returncode == 0 and "loading:0" in done.stdout:
                return sum(int(number) for number in LOADED.findall(done.stdout))
        time.sleep(TICK_S)
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise Problem(
        "restore-failed", "Redis does not load the snapshot.", details=lines[-5:], hints=[]
    )
