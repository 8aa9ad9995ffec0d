"""Which variables hold secrets, and which values are none worth the name."""

from __future__ import annotations

import math
import re
from collections import Counter

_SECRET = re.compile(
    r"(PASSWORD|PASSWD|PASSPHRASE|(^|_)PASS$|SECRET|(^|_)TOKEN$|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY"
    r"|ENCRYPTION_?KEY|SIGNING_?KEY|SESSION_?KEY|JWT_?KEY|AUTH_?KEY|MASTER_?KEY|CREDENTIALS$)",
    re.IGNORECASE,
)
_NO_SECRET = re.compile(
    r"(_FILE|_PATH|_URL|_URI|_NAME|_ID|_USER|_HOST|_PORT|_ALGORITHM|_TYPE|_PREFIX|_HEADER|_ISSUER"
    r"|_MINUTES|_DAYS|_SECONDS|_HOURS|_TTL|_LENGTH|_SIZE|_EXPIRES?|_EXPIRY|_EXPIRES_IN|_ROUNDS"
    r"|_POLICY|_REGION|_ENABLED|_AUTHENTICATION)$|^ALLOW_EMPTY|^ALLOW_ANONYMOUS|RANDOM_ROOT_PASSWORD"
    r"|PUBLISHABLE|PUBLIC_?KEY|^NEXT_PUBLIC_|^VITE_",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"your[-_ ]|[-_]here$|change[-_ ]?me|changeit|replace[-_ ]?(me|this|with)|^<[^>]+>$|^\.\.\.$"
    r"|^sk-\.\.\.|\.\.\.$|^x{3,}$|^todo$|^secret[-_]key$|placeholder|dummy|example[-_]?(key|secret)"
    r"|generate[-_ ]|insert[-_ ]|fill[-_ ]?(me|in)|비밀번호|시크릿|강력한|최소|입력|변경하세요|여기에",
    re.IGNORECASE,
)
_COMMON = frozenset(
    {
        "admin",
        "admin123",
        "administrator",
        "changeme",
        "default",
        "example",
        "guest",
        "letmein",
        "minioadmin",
        "mysql",
        "neo4j",
        "neo4j/password",
        "pass",
        "passw0rd",
        "password",
        "password1",
        "password123",
        "postgres",
        "postgresql",
        "qwerty",
        "rabbitmq",
        "redis",
        "root",
        "secret",
        "secretkey",
        "supersecret",
        "test",
        "toor",
        "user",
        "welcome",
    }
)
_URL_PASSWORD = re.compile(
    r"^[a-z][a-z0-9+.\-]*://[^:/@\s]*:(?P<password>[^@\s/]+)@", re.IGNORECASE
)
_OWN_KEY = re.compile(
    r"^(JWT_SECRET(_KEY)?|SECRET_KEY|SESSION_SECRET|COOKIE_SECRET|ENCRYPTION_KEY|SIGNING_KEY"
    r"|NEXTAUTH_SECRET|AUTH_SECRET|APP_KEY|APP_SECRET)$"
)
_OWN_PASSWORD = re.compile(
    r"^((DB|DATABASE|POSTGRES|MYSQL|REDIS|NEO4J|RABBITMQ|MINIO)_?.*PASSWORD"
    r"|(ADMIN|ROOT|SUPERUSER|FLOWER|GRAFANA|DASHBOARD)_PASSWORD)$"
)
STRONG_BITS = 64
"""Below it a secret can be guessed by machines in reach of anybody."""


def is_secret(key: str) -> bool:
    """Return whether a variable of this name holds a secret."""
    return bool(_SECRET.search(key)) and not _NO_SECRET.search(key)


def is_placeholder(value: str) -> bool:
    """Return whether a value only says that something must be put there."""
    return bool(_PLACEHOLDER.search(value.strip()))


def is_common(value: str) -> bool:
    """Return whether a value is a default or one of the first that everybody tries."""
    return value.strip().lower() in _COMMON or bool(re.fullmatch(r"\d{1,8}", value.strip()))


def bits(value: str) -> float:
    """Return an upper estimate of a value's entropy in bits, from its own letters.

    Shannon's formula over the letters' frequencies, times the length: a random hex string of
    32 letters gets about 115, `aaaaaaaa` gets 0.
    """
    if not value:
        return 0.0
    counts = Counter(value)
    size = len(value)
    return -sum(count * math.log2(count / size) for count in counts.values())


def is_weak(value: str) -> bool:
    """Return whether a secret is easy to guess."""
    return is_common(value) or is_placeholder(value) or bits(value) < STRONG_BITS


def url_password(value: str) -> str:
    """Return the password inside a connection URL; empty without one."""
    match = _URL_PASSWORD.match(value)
    return match["password"] if match else ""


def is_own_key(key: str) -> bool:
    """Return whether it is a key that the application signs or encrypts with itself."""
    return _OWN_KEY.match(key) is not None


def is_own_password(key: str) -> bool:
    """Return whether it is the password of something that runs here: a store, an account."""
    return _OWN_PASSWORD.match(key) is not None
