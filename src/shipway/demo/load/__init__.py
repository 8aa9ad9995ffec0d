"""A constant load on an application, which notices every request that fails.

What it owns: an open-loop rate of requests over keep-alive connections, slow requests,
WebSockets held open, and the account of what became of each.  It retries nothing: a
request that is not answered as it should be is a failed one, with its reason.

    with start_load(LoadPlan(base="http://127.0.0.1:4500", rate=100)) as load:
        ...
        print(load.snapshot().requests_failed)
    result = load.stop()

A process of its own: `python -m shipway.demo.load --help`.
"""

from shipway.demo.load.plan import LoadPlan
from shipway.demo.load.result import Failure, LoadResult, ReleaseSeen, SocketClose
from shipway.demo.load.running import RunningLoad, start_load

__all__ = [
    "Failure",
    "LoadPlan",
    "LoadResult",
    "ReleaseSeen",
    "RunningLoad",
    "SocketClose",
    "start_load",
]
