"""Asking a served environment who answers."""

from __future__ import annotations

import http.client
import json
from typing import Any


def answer(
    port: int, path: str = "/", host: str | None = None, timeout_s: float = 10
) -> tuple[int, dict[str, str], Any]:
    """Return status, headers and the JSON (or text) body of a GET through the ingress."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request("GET", path, headers={"Host": host} if host else {})
        response = connection.getresponse()
        body = response.read().decode()
        headers = {key.lower(): value for key, value in response.getheaders()}
    finally:
        connection.close()
    try:
        return response.status, headers, json.loads(body)
    except ValueError:
        return response.status, headers, body


def releases_answering(port: int, count: int = 20) -> set[str]:
    """Return the releases that answer a number of requests."""
    return {str(answer(port)[1].get("x-release")) for _ in range(count)}
