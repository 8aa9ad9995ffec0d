"""What a value of a type looks like."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from shipway.spec.contract.rules import Type

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_BOOLS = frozenset({"true", "false", "1", "0", "yes", "no", "on", "off"})


def _url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return bool(parts.scheme and (parts.netloc or parts.path)) and not re.search(r"\s", value)
    except ValueError:
        return False


def _base64(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _json(value: str) -> bool:
    try:
        json.loads(value)
    except ValueError:
        return False
    return True


_LOOKS: dict[Type, tuple[str, Callable[[str], bool]]] = {
    Type.STRING: ("text", lambda _value: True),
    Type.INT: ("a whole number", lambda value: bool(re.fullmatch(r"[+-]?\d+", value))),
    Type.BOOL: ("true or false", lambda value: value.lower() in _BOOLS),
    Type.URL: ("a URL", lambda value: _url(value) and "://" in value),
    Type.HEX: ("hexadecimal", lambda value: bool(re.fullmatch(r"([0-9A-Fa-f]{2})+", value))),
    Type.BASE64: ("base64", _base64),
    Type.JSON: ("JSON", _json),
    Type.PATH: ("an absolute path", lambda value: value.startswith("/") and "\n" not in value),
    Type.EMAIL: ("an e-mail address", lambda value: bool(_EMAIL.fullmatch(value))),
    Type.LIST: (
        "a list, parted by commas and without gaps, or a JSON list",
        lambda value: (
            isinstance(json.loads(value), list)
            if value.startswith("[") and _json(value)
            else all(part.strip() for part in value.split(","))
        ),
    ),
}


def misses(kind: Type, value: str) -> str | None:
    """Return what a value should be and is not; None where it is."""
    words, fits = _LOOKS[kind]
    return None if fits(value) else words
