"""The forms of single values in shipway.yaml: paths, hosts, ports, durations, ranges.

Patterns are plain enough to mean the same in Python and in JSON Schema.
"""

from __future__ import annotations

import ipaddress

from shipway.compose.units import parse_duration, parse_size, split_command
from shipway.model.names import ENVIRONMENT_PATTERN, PROJECT_PATTERN, SERVICE_PATTERN
from shipway.model.routing import RateLimit
from shipway.spec.scalars import AnyScalar, Here, Integer, Never, Parsed, Text

HOST_PATTERN = (
    r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
SEGMENT = r"[A-Za-z0-9._~!$&'()*+,;=:@%-]+"
ROUTE_PATH_PATTERN = rf"/|(/{SEGMENT})+/?"
ROUTE_KEY_PATTERN = rf"({ROUTE_PATH_PATTERN})|({HOST_PATTERN})({ROUTE_PATH_PATTERN})?"
REQUEST_PATH_PATTERN = r"/[^\s#]*"
VARIABLE_PATTERN = r"[A-Za-z_][A-Za-z0-9_.-]*"
DURATION_PATTERN = r"([0-9]+(\.[0-9]+)?(us|ms|s|m|h))+"
SIZE_PATTERN = r"[0-9]+(\.[0-9]+)? ?([kKmMgGtT][bB]?|[bB])"
RANGE_PATTERN = r"[1-5][0-9][0-9](-[1-5][0-9][0-9])?"


def _host(text: str) -> str:
    if len(text) > 253:
        raise ValueError(text)
    return text.lower()


def route_path(text: str) -> str:
    """Return the path without a slash at its end; ValueError for `.` and `..`."""
    if any(segment in {".", ".."} for segment in text.split("/")):
        raise ValueError(text)
    return text.rstrip("/") or "/"


def _mode(text: str) -> int:
    mode = int(text, 8)
    if mode > 0o777:
        raise ValueError(text)
    return mode


def _owner(text: str) -> tuple[int, int]:
    user, _, group = text.partition(":")
    return int(user), int(group or user)


def _range(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    first, last = int(low), int(high or low)
    if first > last:
        raise ValueError(text)
    return first, last


def _address(text: str) -> str:
    return str(ipaddress.ip_address(text))


def _network(text: str) -> str:
    return str(ipaddress.ip_network(text))


def _rate(text: str) -> RateLimit:
    requests, _, unit = text.partition("/")
    return RateLimit(requests=int(requests), per_s={"s": 1.0, "min": 60.0, "h": 3600.0}[unit])


def _cache(text: str) -> tuple[str, bool]:
    """Return the header's value, and whether it is for hashed names only."""
    if text in {"immutable", "hashed"}:
        return "public, max-age=31536000, immutable", text == "hashed"
    if text == "no-store":
        return "no-store", False
    return f"public, max-age={round(parse_duration(text))}", False


def _words(text: str) -> tuple[str, ...]:
    words = tuple(split_command(text))
    if not words:
        raise ValueError(text)
    return words


PROJECT = Text(
    "a name of lower-case letters, digits, - and _", PROJECT_PATTERN, "for example: shop"
)
SERVICE = Here(Text("the name of a Compose service", SERVICE_PATTERN))
PORT = Integer(1, 65_535)
REPLICAS = Here(Integer(0, 1000))
DURATION = Parsed("a duration such as 30s or 1h30m", parse_duration, DURATION_PATTERN)
SIZE = Parsed("a size such as 20GB or 512MB", parse_size, SIZE_PATTERN, integers=True)
HOST = Parsed("a host name such as shop.example.com", _host, HOST_PATTERN)
ROUTE_PATH = Parsed("a path such as /api", route_path, ROUTE_PATH_PATTERN)
REQUEST_PATH = Text("a path such as /up", REQUEST_PATH_PATTERN)
HEALTH_WORD = AnyScalar("a path such as /up, or false", (Never(), REQUEST_PATH))
ADDRESS = Parsed("an IP address of the server", _address, r"[0-9A-Fa-f.:]+")
FILE_PATH = Text("the path of a file", r"[^\n]+")
TARGET = Text("an absolute path", r"/[^\n]*[^/\n]")
MODE = Parsed('octal permission bits such as "0600"', _mode, r"0?[0-7]{3}", integers=True)
OWNER = Parsed(
    'numbers such as "1000:1000" (names are known only inside the image)',
    _owner,
    r"[0-9]{1,9}(:[0-9]{1,9})?",
    integers=True,
)
STATUS = AnyScalar(
    "a status such as 200 or 200-299",
    (
        Parsed("a status range such as 200-299", _range, RANGE_PATTERN),
        Integer(100, 599),
    ),
)
COMMAND = Parsed("a command", _words, r"[^\n]*[^\s][^\n]*")
NETWORK = Parsed(
    "a network such as 10.0.0.0/8 or 2001:db8::/32, or an address", _network, r"[0-9A-Fa-f.:/]+"
)
RATE = Parsed("a rate such as 60/min or 5/s", _rate, r"[1-9][0-9]{0,5}/(s|min|h)")
CACHE = Parsed(
    "immutable, hashed, no-store, or a duration such as 1h",
    _cache,
    rf"immutable|hashed|no-store|{DURATION_PATTERN}",
)
VARIABLE = Text("the name of a variable", VARIABLE_PATTERN)
SECRET = Text("the name of a secret", VARIABLE_PATTERN)
EMAIL = Text("an e-mail address", r"[^@\s]+@[^@\s]+")
PLUGIN = Text("the name of a plugin", r"[a-z][a-z0-9-]{0,40}")
HTTPS_URL = Text("an https address", r"https://[^\s]+")
HEADER_PATTERN = r"[A-Za-z][A-Za-z0-9-]{0,99}"
HEADER_VALUE = Text("one line of ASCII, or nothing", r"[ -~]{0,2000}")
SHORT_NAME = r"[a-z0-9][a-z0-9_-]{0,47}"
USER_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}"
PAGE_PATTERN = r"maintenance|403|413|429|502|503|504"
ENVIRONMENT_NAME = ENVIRONMENT_PATTERN
