"""Words of HAProxy's configuration language: quoted text, answers, time-outs, names.

Invariant: nothing that comes from a user stands in the file but through here or through
`checked`, so no value can end its line, its quotes or its argument.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from ipaddress import ip_address

from shipway.model.routing import Listener, Upstream

PLAIN = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"

SENTENCES: Mapping[int, str] = {
    400: "400: this request cannot be understood.",
    401: "401: please log in.",
    403: "403: this page is not open to you.",
    404: "404: nothing is served at this address.",
    405: "405: this method is not allowed.",
    411: "411: the request must say how long it is.",
    413: "413: the request is too large.",
    429: "429: too many requests. Please wait a moment.",
    431: "431: the request's headers are too large.",
    502: "502: the application gave no valid answer.",
    503: "503: the application is not available just now. Please try again in a moment.",
    504: "504: the application took too long to answer.",
}


def quoted(text: str, *, in_format: bool = False) -> str:
    """Return `text` as one argument; in_format: where HAProxy looks for `%[…]` in it.

    ValueError for control characters and for what is not ASCII.
    """
    if not text.isascii() or not text.isprintable():
        raise ValueError("only printable ASCII characters may stand in HAProxy's configuration")
    for letter in ("\\", '"', "$"):
        text = text.replace(letter, f"\\{letter}")
    return f'"{text.replace("%", "%%") if in_format else text}"'


def answer(status: int, *, page: str = "", retry_after: str = "") -> str:
    """Return the arguments of `return` and `http-error`: our sentence, or a page's file."""
    if page:
        body = f"content-type {quoted(HTML)} file {page}"
    else:
        body = f'content-type {quoted(PLAIN)} string "{SENTENCES[status]}\\n"'
    retry = f" hdr Retry-After {retry_after}" if retry_after else ""
    return f"status {status} {body} hdr Cache-Control no-store{retry}"


def milliseconds(seconds: float) -> str:
    """Return a time as HAProxy reads it."""
    return f"{max(1, round(seconds * 1000))}ms"


def digest(text: str) -> str:
    """Return 16 hexadecimal digits that stand for the text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def server_id(upstream: Upstream) -> str:
    """Return the upstream's name inside HAProxy: `r42-1:10.0.0.7:8000`.

    It holds the address, so that an upstream that comes back at another address is
    another server: the new one is added before the old one goes.
    """
    return f"{upstream.name}:{upstream.address}:{upstream.port}"


def parse_server_id(text: str) -> tuple[str, str, int]:
    """Return name, address and port from `server_id`'s form."""
    name, _, rest = text.partition(":")
    address, _, port = rest.rpartition(":")
    return name, address, int(port)


def endpoint(address: str, port: int) -> str:
    """Return `10.0.0.7:80` or `[fd00::7]:80`."""
    return f"[{address}]:{port}" if ip_address(address).version == 6 else f"{address}:{port}"


def listener_label(listener: Listener) -> str:
    """Return a listener's name for files: `0.0.0.0-4400`."""
    return f"{listener.address.replace(':', '_')}-{listener.port}"
