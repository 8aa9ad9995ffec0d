"""A browser without a screen: cookies, forms' tokens, the origin that a browser would send."""

from __future__ import annotations

import http.client
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

TIMEOUT_S = 30
PASSWORD = "harbour lights at dawn"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; a stream's body is not read."""

    status: int
    headers: dict[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


class Browser:
    """Speaks with the dashboard at `base` as one person would."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.cookies: dict[str, str] = {}
        self.csrf = ""

    def get(self, path: str, **headers: str) -> Answer:
        answer = self.send("GET", path, headers=headers)
        found = re.search(r'name="csrf" value="([0-9a-f]*)"', answer.text)
        if found:
            self.csrf = found[1]
        return answer

    def post(self, path: str, fields: dict[str, Any] | None = None, **headers: str) -> Answer:
        body = urlencode({"csrf": self.csrf, **(fields or {})})
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.base}
        return self.send("POST", path, body=body, headers={**kind, **headers})

    def send(
        self,
        method: str,
        path: str,
        *,
        body: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.base).netloc, timeout=TIMEOUT_S)
        sent = dict(headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, body=body, headers=sent)
            response = connection.getresponse()
            stream = (response.getheader("Content-Type") or "").startswith("text/event-stream")
            text = "" if stream else response.read().decode()
            self._keep(response.headers.get_all("Set-Cookie") or [])
            return Answer(response.status, dict(response.headers), text)
        finally:
            connection.close()

    def stream(self, path: str, **headers: str) -> str:
        """Return a stream that ends by itself, to its end."""
        connection = http.client.HTTPConnection(urlsplit(self.base).netloc, timeout=TIMEOUT_S)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request("GET", path, headers={"Cookie": cookies, **headers})
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def join(self, path: str, name: str, password: str = PASSWORD) -> Answer:
        self.get(path)
        answer = self.post(path, {"name": name, "password": password, "again": password})
        self.get("/account")
        return answer

    def sign_in(self, name: str, password: str = PASSWORD) -> Answer:
        self.get("/login")
        answer = self.post("/login", {"name": name, "password": password})
        if answer.status == 303:
            self.get("/account")
        return answer

    def _keep(self, lines: list[str]) -> None:
        for line in lines:
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0].strip('"')
            if "Max-Age=0" in line or not value:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
