"""Asking an instance whether it is ready."""

from __future__ import annotations

import http.client
import time
from collections.abc import Sequence
from dataclasses import dataclass

from shipway.journeys.trust import Trust, refusal
from shipway.model.application import Probe, SmokeCheck

BODY_BYTES_MAX = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an HTTP request gave: a status, or the reason why there is none.

    refused: nobody listens there, at least not yet.
    """

    method: str
    path: str
    status: int | None = None
    reason: str | None = None
    body: str = ""
    seconds: float = 0.0
    refused: bool = False

    def __str__(self) -> str:
        said = f"answered {self.status}" if self.status is not None else f"failed ({self.reason})"
        return f"{self.method} {self.path} {said}"


def within(status: int | None, ranges: Sequence[tuple[int, int]]) -> bool:
    """Return whether the status lies in one of the inclusive ranges."""
    return status is not None and any(low <= status <= high for low, high in ranges)


def wrong_with(check: SmokeCheck, answer: Answer) -> str:
    """Return what is wrong with the answer to a smoke check, empty where it is good."""
    if not within(answer.status, check.status):
        return str(answer)
    if check.contains is not None and check.contains not in answer.body:
        return f"{answer}, but without {check.contains!r}"
    return ""


def ask(
    address: str,
    port: int,
    path: str,
    *,
    timeout_s: float,
    host: str | None = None,
    method: str = "GET",
    tls: Trust | None = None,
) -> Answer:
    """Send one request and return what came back; never raises for the other side's faults.

    tls: over TLS, and how the certificate is looked at; None: plain.
    """
    began = time.monotonic()
    connection = http.client.HTTPConnection(address, port, timeout=timeout_s)
    if tls is not None:
        connection = _Tls(address, port, host, timeout_s, tls)
    headers = {"User-Agent": "shipway", "Connection": "close"}
    if host:
        headers["Host"] = host
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        body = response.read(BODY_BYTES_MAX).decode("utf-8", "replace")
    except TimeoutError:
        return Answer(method=method, path=path, reason=f"no answer within {timeout_s:g} s")
    except (OSError, http.client.HTTPException) as error:
        refused = isinstance(error, ConnectionRefusedError)
        return Answer(method=method, path=path, reason=refusal(error), refused=refused)
    finally:
        connection.close()
    return Answer(
        method=method,
        path=path,
        status=response.status,
        body=body,
        seconds=time.monotonic() - began,
    )


class _Tls(http.client.HTTPConnection):
    """Speaks TLS to an address, naming `host` as a browser does."""

    def __init__(
        self, address: str, port: int, host: str | None, timeout_s: float, trust: Trust
    ) -> None:
        super().__init__(address, port, timeout=timeout_s)
        self._name = host
        self._trust = trust

    def connect(self) -> None:
        """Connect, and shake hands."""
        super().connect()
        self.sock = self._trust.context().wrap_socket(self.sock, server_hostname=self._name)


def ask_probe(probe: Probe, address: str, port: int) -> tuple[bool, Answer]:
    """Ask once; return whether the answer is good, and the answer that decided.

    Of several candidate paths the first that is not 404 or 405 decides.
    """
    answer = Answer(method="GET", path=probe.paths[0], reason="not asked")
    for path in probe.paths:
        answer = ask(address, port, path, timeout_s=probe.timeout_s, host=probe.host)
        if len(probe.paths) > 1 and answer.status in {404, 405}:
            continue
        break
    return within(answer.status, probe.status), answer
