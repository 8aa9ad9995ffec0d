"""Doppler as a source of secrets: its download API, read only.

GET /v3/configs/config/secrets/download?format=json with a service token as bearer gives one
JSON object, name → value (docs.doppler.com/reference/secrets-download).  A service token
belongs to one config, so no project or config has to be named.
"""

from __future__ import annotations

import http.client
import json
import ssl
from urllib.parse import urlsplit

from shipway.errors import Problem

ADDRESS = "https://api.doppler.com"
PATH = "/v3/configs/config/secrets/download?format=json"
TOKEN = "SHIPWAY_DOPPLER_TOKEN"  # noqa: S105 - the name of the secret that holds it
TIMEOUT_S = 20.0
BYTES_MAX = 4_194_304
_ABOUT_ITSELF = frozenset({"DOPPLER_PROJECT", "DOPPLER_CONFIG", "DOPPLER_ENVIRONMENT"})


def download(token: str, address: str = ADDRESS) -> dict[str, str]:
    """Return the secrets of the token's config.

    address: for a private instance; plain http only on this machine itself.  Raises Problem
    `doppler-refused`, `doppler-unreachable`.
    """
    if not token.isascii() or not token.isprintable():  # http.client's own error would show it
        raise Problem(
            "doppler-refused",
            f"the secret {TOKEN} holds what no token has, such as a line break. Nothing was"
            " changed.",
            hints=[f"shipway secret set {TOKEN}, with a service token of the config"],
        )
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme != "https" and host not in {"127.0.0.1", "::1", "localhost"}:
        raise Problem(
            "doppler-unreachable",
            f"{address} is not https; a token does not travel in the clear. Nothing was changed.",
        )
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(
            host, parts.port, timeout=TIMEOUT_S, context=ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT_S)
    try:
        connection.request(
            "GET", PATH, headers={"Authorization": f"Bearer {token}", "Accept": "application/json"}
        )
        response = connection.getresponse()
        body = response.read(BYTES_MAX + 1)
    except (OSError, http.client.HTTPException) as error:
        raise Problem(
            "doppler-unreachable",
            f"{host} did not answer ({type(error).__name__}). Nothing was changed: the vault keeps "
            "what it has.",
            hints=["try again"],
        ) from None
    finally:
        connection.close()
    if response.status != 200:
        raise _refused(host, response.status)
    return _secrets(host, body)


def _refused(host: str, status: int) -> Problem:
    why = {
        401: "the token is not valid",
        403: "the token may not read this config",
        404: "there is no such config",
        429: "too many requests, try again in a minute",
    }.get(status, "it gave no reason")
    return Problem(
        "doppler-refused",
        f"{host} answered {status}: {why}. Nothing was changed.",
        hints=[f"shipway secret set {TOKEN}, with a service token of the config"],
    )


def _secrets(host: str, body: bytes) -> dict[str, str]:
    try:
        found = json.loads(body) if len(body) <= BYTES_MAX else None
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(item, str) for item in found.values()):
        raise Problem(
            "doppler-refused",
            f"{host} answered what is no list of secrets. Nothing was changed.",
        )
    return {name: value for name, value in found.items() if value and name not in _ABOUT_ITSELF}
