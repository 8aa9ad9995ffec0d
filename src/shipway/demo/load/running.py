"""A load that runs: in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from types import TracebackType
from typing import Self

from shipway.demo.load.plan import LoadPlan
from shipway.demo.load.requests import Sender
from shipway.demo.load.result import LoadResult
from shipway.demo.load.sockets import hold_open
from shipway.demo.load.tally import Tally

SOCKETS_OPENED_WITHIN_S = 1.0
STOP_MARGIN_S = 10.0
READY_WITHIN_S = 30.0


async def run_load(plan: LoadPlan, tally: Tally, stop: asyncio.Event) -> None:
    """Put the load on until `stop` or the plan's end; return when nothing is under way."""
    sender = Sender(plan, tally)
    sockets = [
        asyncio.create_task(_after(plan, tally, index / plan.websockets * SOCKETS_OPENED_WITHIN_S))
        for index in range(plan.websockets)
    ]
    sender.start()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), plan.seconds)
    await sender.stop()
    for socket in sockets:
        socket.cancel()
    await asyncio.gather(*sockets, return_exceptions=True)


async def _after(plan: LoadPlan, tally: Tally, delay_s: float) -> None:
    await asyncio.sleep(delay_s)
    await hold_open(plan, tally)


class RunningLoad:
    """A load under way; `stop` ends it, and a `with` block does too."""

    def __init__(self, plan: LoadPlan) -> None:
        self._plan = plan
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._tally = Tally(plan)
        self._failure: BaseException | None = None
        self._final: LoadResult | None = None
        self._thread = threading.Thread(target=self._main, name="load", daemon=True)
        self._thread.start()
        self._ready.wait(READY_WITHIN_S)

    def snapshot(self) -> LoadResult:
        """Return the account so far."""
        if self._final is not None or not self._thread.is_alive():
            return self._result()
        return self._tally.result()

    def stop(self) -> LoadResult:
        """Send nothing more, let what is under way end, and return the account.

        Safe to repeat.  Raises RuntimeError where the load itself broke.
        """
        if self._thread.is_alive() and self._loop is not None and self._stop is not None:
            with contextlib.suppress(RuntimeError):  # its loop ended just now
                self._loop.call_soon_threadsafe(self._stop.set)
        self.wait(2 * self._plan.timeout_s + STOP_MARGIN_S)  # to connect, and to answer
        return self._result()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the plan's end or `timeout_s`; return whether the load has ended."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _result(self) -> LoadResult:
        if self._failure is not None:
            raise RuntimeError("the load broke") from self._failure
        if self._final is None:
            raise RuntimeError("the load does not end")
        return self._final

    def _main(self) -> None:
        try:
            asyncio.run(self._run())
        except BaseException as error:  # kept for the thread that asks
            self._failure = error
        finally:
            self._ready.set()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._ready.set()
        await run_load(self._plan, self._tally, self._stop)
        self._final = self._tally.result()


def start_load(plan: LoadPlan) -> RunningLoad:
    """Begin the load, and return at once."""
    return RunningLoad(plan)
