"""One HTTP request to the target, and what came back; cookies are kept for the journey."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlencode

from shipway.journeys.target import Target
from shipway.journeys.trust import refusal

BODY_BYTES_MAX = 1_048_576
TOO_MANY = 429
PAUSE_MIN_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request with everything filled in."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: a status, or the reason why there is none."""

    status: int | None = None
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    text: str = ""
    seconds: float = 0.0

    def header(self, name: str) -> str | None:
        """Return a header's values, joined; None where it is not there."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(found) if found else None

    @property
    def json(self) -> Any:
        """Return the body as JSON; raises ValueError."""
        return json.loads(self.text)


class Cookies:
    """What the application wants to be told again; paths and domains are all one here."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def header(self) -> str | None:
        """Return the Cookie header, None where nothing is kept."""
        return "; ".join(f"{name}={value}" for name, value in self._kept.items()) or None

    def keep(self, answer: Answer) -> tuple[str, ...]:
        """Remember what an answer sets; return the values, which are secrets."""
        found = []
        for name, value in answer.headers:
            if name.lower() != "set-cookie":
                continue
            jar: SimpleCookie = SimpleCookie()
            try:
                jar.load(value)
            except CookieError:
                continue
            for key, morsel in jar.items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self._kept.pop(key, None)
                else:
                    self._kept[key] = morsel.value
                    found.append(morsel.value)
        return tuple(found)


def encoded(
    *, has_json: bool, value: Any, form: Mapping[str, str], body: str | None
) -> tuple[bytes | None, str | None]:
    """Return the body's bytes and its content type."""
    if has_json:
        return json.dumps(value, ensure_ascii=False).encode(), "application/json"
    if form:
        return urlencode(form).encode(), "application/x-www-form-urlencoded"
    return (None, None) if body is None else (body.encode(), "text/plain; charset=utf-8")


def connect(target: Target, timeout_s: float) -> socket.socket:
    """Return an open connection to the target; raises OSError, a refused certificate included."""
    plain = socket.create_connection((target.address, target.port), timeout=timeout_s)
    if not target.tls:
        return plain
    try:
        name = (target.host or target.address).split(":")[0]
        return target.trust.context().wrap_socket(plain, server_hostname=name)
    except OSError:
        plain.close()
        raise


def ask(target: Target, sent: Sent, *, timeout_s: float) -> Answer:
    """Send one request; never raises for the other side's faults."""
    began = time.monotonic()
    connection = http.client.HTTPConnection(target.address, target.port, timeout=timeout_s)
    try:
        connection.sock = connect(target, timeout_s)
        connection.request(sent.method, sent.path, body=sent.body, headers=dict(sent.headers))
        response = connection.getresponse()
        text = _body(response, began + timeout_s)
    except TimeoutError:
        return Answer(reason=f"no answer within {timeout_s:.1f} s")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(reason=refusal(error), seconds=time.monotonic() - began)
    finally:
        connection.close()
    return Answer(
        status=response.status,
        headers=tuple(response.getheaders()),
        text=text,
        seconds=time.monotonic() - began,
    )


def ask_patiently(target: Target, sent: Sent, *, timeout_s: float) -> Answer:
    """Send one request, again when a rate limit says when (429 with Retry-After).

    All within `timeout_s`: a limit that lasts longer is the answer.
    """
    until = time.monotonic() + timeout_s
    while True:
        answer = ask(target, sent, timeout_s=max(0.1, until - time.monotonic()))
        pause_s = _told_to_wait_s(answer)
        if pause_s is None or time.monotonic() + pause_s >= until:
            return answer
        time.sleep(pause_s)


def _told_to_wait_s(answer: Answer) -> float | None:
    said = answer.header("retry-after") if answer.status == TOO_MANY else None
    return max(PAUSE_MIN_S, float(said)) if said is not None and said.isdecimal() else None


def _body(response: http.client.HTTPResponse, until: float) -> str:
    """Return the body as far as it comes in time; raises TimeoutError."""
    parts, size = [], 0
    while size < BODY_BYTES_MAX and (part := response.read1(65_536)):
        parts.append(part)
        size += len(part)
        if time.monotonic() > until:
            raise TimeoutError
    return b"".join(parts).decode("utf-8", "replace")
