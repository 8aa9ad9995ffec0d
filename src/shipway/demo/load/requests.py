"""Sends requests when they are due, over connections that take turns."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from shipway.demo.load.answer import AnswerReader
from shipway.demo.load.connection import Connection
from shipway.demo.load.plan import LoadPlan
from shipway.demo.load.tally import Tally

OPEN_MAX = 2_000
UNNAMED = "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it goes over the wire."""

    method: str
    path: str
    wire: bytes
    slow: bool = False


class Sender:
    """Keeps the plan's rate, whatever becomes of the answers."""

    def __init__(self, plan: LoadPlan, tally: Tally) -> None:
        self._plan = plan
        self._tally = tally
        self._loop = asyncio.get_running_loop()
        self._idle: deque[Connection] = deque()
        self._opening: set[asyncio.Task[None]] = set()
        self._requests = ordinary_requests(plan)
        self._slow = _get(plan, plan.slow_path, slow=True)
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._ended = asyncio.Event()
        self._stopping = False

    def start(self) -> None:
        """Begin to send."""
        now = self._loop.time()
        if self._plan.rate:
            self._tick(now)
        if self._plan.slow_every_s:
            self._tick_slow(now + min(1.0, self._plan.slow_every_s))

    async def stop(self) -> None:
        """Send nothing more, and wait for what is under way; its own deadlines bound that."""
        self._stopping = True
        for timer in self._timers.values():
            timer.cancel()
        if self._tally.open:
            await self._ended.wait()
        for connection in self._idle:
            connection.close()

    def _tick(self, due: float) -> None:
        """Send all that is due, and come back when the next is."""
        now = self._loop.time()
        self._tally.late_max_s = max(self._tally.late_max_s, now - due)
        interval = 1 / self._plan.rate
        while due <= now:
            self._send(next(self._requests), due)
            due += interval
        self._timers["ordinary"] = self._loop.call_at(due, self._tick, due)

    def _tick_slow(self, due: float) -> None:
        if due <= self._loop.time():
            self._tally.slow += 1
            self._send(self._slow, due)
            due += self._plan.slow_every_s
        self._timers["slow"] = self._loop.call_at(due, self._tick_slow, due)

    def _send(self, request: Request, due: float) -> None:
        tally = self._tally
        tally.posts += request.method == "POST"
        if tally.open >= OPEN_MAX:
            tally.failed("saturated", request.method, request.path)
            return
        tally.open += 1
        connection = self._take()
        if connection is not None:
            self._pass_on(connection, request, due)
            return
        task = self._loop.create_task(self._open(request, due))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    def _take(self) -> Connection | None:
        """Return the connection that has rested longest; None: a new one is wanted.

        New ones are made until there are as many as planned, and whenever all are busy.
        """
        while self._idle and len(self._idle) + self._tally.open > self._plan.connections:
            connection = self._idle.popleft()
            if connection.usable():
                return connection
        return None

    async def _open(self, request: Request, due: float) -> None:
        plan = self._plan
        try:
            async with asyncio.timeout(plan.timeout_s):
                _, connection = await self._loop.create_connection(
                    lambda: Connection(self._rest), plan.host, plan.port
                )
        except ConnectionRefusedError:
            self._end(request, "refused")
        except ConnectionResetError:
            self._end(request, "reset")
        except TimeoutError:
            self._end(request, "timeout")
        except OSError as error:
            self._end(request, f"connect-{error.errno or 'failed'}")
        else:
            self._tally.connections_opened += 1
            self._pass_on(connection, request, due)

    def _pass_on(self, connection: Connection, request: Request, due: float) -> None:
        def done(answer: AnswerReader, reason: str | None) -> None:
            if reason is None and answer.status >= 400:
                reason = f"status-{answer.status}"
            if reason is None:
                latency = None if request.slow else self._loop.time() - due
                self._tally.answered(answer.header(b"x-release") or UNNAMED, latency)
            self._end(request, reason)

        connection.send(request.wire, self._plan.timeout_s, done)

    def _rest(self, connection: Connection) -> None:
        if self._stopping:
            connection.close()
        else:
            self._idle.append(connection)

    def _end(self, request: Request, reason: str | None) -> None:
        if reason is not None:
            self._tally.failed(reason, request.method, request.path)
        self._tally.open -= 1
        if self._stopping and self._tally.open == 0:
            self._ended.set()


def ordinary_requests(plan: LoadPlan) -> Iterator[Request]:
    """Yield GETs and POSTs for ever, evenly mixed: the same plan gives the same requests."""
    gets = itertools.cycle([_get(plan, path) for path in plan.paths or ("/",)])
    posts = itertools.cycle([_post(plan, body) for body in plan.posts or (b"{}",)])
    owed = 0.0
    while True:
        owed += plan.post_share
        if owed >= 1 - 1e-9:
            owed -= 1
            yield next(posts)
        else:
            yield next(gets)


def _get(plan: LoadPlan, path: str, *, slow: bool = False) -> Request:
    return Request(method="GET", path=path, wire=_head(plan, "GET", path) + b"\r\n", slow=slow)


def _post(plan: LoadPlan, body: bytes) -> Request:
    head = _head(plan, "POST", plan.post_path)
    about = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return Request(method="POST", path=plan.post_path, wire=head + about.encode() + body)


def _head(plan: LoadPlan, method: str, path: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {plan.named}", "User-Agent: shipway-load"]
    lines += [f"{name}: {value}" for name, value in plan.further.items()]
    return "".join(f"{line}\r\n" for line in lines).encode()
