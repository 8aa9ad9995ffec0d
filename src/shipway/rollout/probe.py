"""Asking an instance whether it is ready."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass

from shipway.model.application import Probe

BODY_BYTES_MAX = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an HTTP request gave: a status, or the reason why there is none."""

    method: str
    path: str
    status: int | None = None
    reason: str | None = None
    body: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        said = f"answered {self.status}" if self.status is not None else f"failed ({self.reason})"
        return f"{self.method} {self.path} {said}"


def within(status: int | None, ranges: Sequence[tuple[int, int]]) -> bool:
    """Return whether the status lies in one of the inclusive ranges."""
    return status is not None and any(low <= status <= high for low, high in ranges)


def ask(
    address: str,
    port: int,
    path: str,
    *,
    timeout_s: float,
    host: str | None = None,
    method: str = "GET",
    tls: bool = False,
) -> Answer:
    """Send one request and return what came back; never raises for the other side's faults.

    tls: over TLS, whatever certificate is shown: who watches certificates is another.
    """
    began = time.monotonic()
    connection = _Tls(address, port, host, timeout_s) if tls else _plain(address, port, timeout_s)
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
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return Answer(method=method, path=path, reason=reason.lower())
    finally:
        connection.close()
    return Answer(
        method=method,
        path=path,
        status=response.status,
        body=body,
        seconds=time.monotonic() - began,
    )


def _plain(address: str, port: int, timeout_s: float) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(address, port, timeout=timeout_s)


class _Tls(http.client.HTTPConnection):
    """Speaks TLS to an address, naming `host` as a browser does."""

    def __init__(self, address: str, port: int, host: str | None, timeout_s: float) -> None:
        super().__init__(address, port, timeout=timeout_s)
        self._name = host

    def connect(self) -> None:
        """Connect, and shake hands."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        super().connect()
        self.sock = context.wrap_socket(self.sock, server_hostname=self._name)


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
