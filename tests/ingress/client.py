"""One request at a time, for tests that look at the answer itself."""

from __future__ import annotations

import http.client
import ssl
from dataclasses import dataclass

from tests.ingress.support import LOOPBACK


@dataclass(frozen=True)
class Reply:
    """A status, headers with lower-case names, and the body."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def upstream(self) -> str:
        """The upstream's name: the first line of its answer."""
        return self.body.split("\n")[0]

    @property
    def request_line(self) -> str:
        """The request line as it arrived at the upstream."""
        return self.body.split("\n")[2].strip()

    def seen(self, header: str) -> list[str]:
        """The values of a header as they arrived at the upstream."""
        lines = self.body.split("\n")[3:]
        pairs = (line.partition(":") for line in lines)
        return [value.strip() for name, _, value in pairs if name.lower() == header.lower()]


def fetch(
    port: int,
    path: str = "/",
    *,
    host: str | None = None,
    headers: dict[str, str] | None = None,
    timeout_s: float = 15.0,
    tls: bool = False,
) -> Reply:
    """GET the path with a connection of its own; tls: whatever certificate is shown."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=timeout_s)
    if tls:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection(LOOPBACK, port, timeout=timeout_s, context=context)
    try:
        connection.putrequest("GET", path, skip_host=host is not None)
        if host:
            connection.putheader("Host", host)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read().decode()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, found, body)
    finally:
        connection.close()
