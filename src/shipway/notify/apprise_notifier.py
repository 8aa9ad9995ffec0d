"""Delivers messages through Apprise, and beats an outside address.

An Apprise address holds a token or a password: what it raises says that a delivery failed
and how, never to which address.  Apprise is imported on the first use (it takes 0.2 s and
20 MB); its calls block, so each runs in a thread that is left behind at the deadline.
"""

from __future__ import annotations

import logging
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from shipway.errors import Problem

BEAT_BYTES = 1024
WAITING_MAX = 8
"""Deliveries that hang beyond their deadline; more are refused, so that threads are bounded."""


class AppriseNotifier:
    """Implements the port Notifier."""

    def __init__(self) -> None:
        self._slots = threading.BoundedSemaphore(WAITING_MAX)

    def send(self, address: str, *, title: str, body: str, deadline_s: float) -> None:
        """Deliver one message.  Raises Problem `not-delivered`."""
        said: list[str] = []
        done = self._within(deadline_s, lambda: _deliver(address, title, body, said))
        if done is None:
            raise _failed(f"no answer within {deadline_s:g} s")
        if done is not True:
            raise _failed(said[-1] if said else "the service refused it")

    def beat(self, address: str, *, deadline_s: float) -> None:
        """Ask for an HTTP address.  Raises Problem `not-delivered`."""
        if not address.startswith(("http://", "https://")):
            raise _failed("a heartbeat's address begins with http:// or https://")
        try:
            with urllib.request.urlopen(address, timeout=deadline_s) as answer:  # noqa: S310 - checked above
                answer.read(BEAT_BYTES)
        except urllib.error.HTTPError as error:
            error.close()
            raise _failed(f"the heartbeat was answered {error.code}") from None
        except (OSError, ValueError) as error:
            raise _failed(f"the heartbeat failed: {type(error).__name__}") from None

    def _within(self, deadline_s: float, act: Callable[[], Any]) -> Any:
        """Return what `act` returns, None where it takes longer."""
        if not self._slots.acquire(blocking=False):
            raise _failed("too many earlier deliveries still hang")
        answer: list[Any] = []

        def work() -> None:
            try:
                answer.append(act())
            except Exception as error:  # the edge of a thread; its text may hold the address
                answer.append(type(error).__name__)
            finally:
                self._slots.release()

        thread = threading.Thread(target=work, name="notify", daemon=True)
        thread.start()
        thread.join(deadline_s)
        return answer[0] if answer else None


def _deliver(address: str, title: str, body: str, said: list[str]) -> bool:
    import apprise

    with _Listening(said):
        bell = apprise.Apprise()
        if not bell.add(address):
            said.append("it is no address that Apprise knows")
            return False
        return bool(bell.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT))


class _Listening(logging.Handler):
    """Hears what Apprise says while it delivers in this thread: status codes, not addresses."""

    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._said = said
        self._thread = threading.get_ident()

    def __enter__(self) -> None:
        talking = logging.getLogger("apprise")
        talking.propagate = False  # it names addresses, which are secrets
        talking.addHandler(self)

    def __exit__(self, *_error: object) -> None:
        logging.getLogger("apprise").removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread != self._thread:
            return
        text = record.getMessage()
        if "://" not in text and len(text) < 200:
            self._said.append(text)


def _failed(reason: str) -> Problem:
    return Problem(
        "not-delivered",
        f"the message was not delivered: {reason}.",
        hints=["shipway notify test, when the channel's variable is right"],
    )
