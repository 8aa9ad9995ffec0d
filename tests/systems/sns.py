"""What the course has to know of examples/sns, and a person of the publisher."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.systems import stand_ins
from tests.systems.facts import Change, Load, System
from tests.systems.site import Site

MINIO = "minio/minio:RELEASE.2025-04-22T22-12-26Z"
ASK_S = 30.0
TRIES = 20
PASSWORD = "correct horse battery staple"


@dataclass(slots=True, kw_only=True)
class Person:
    """Speaks with an environment's front door; comes again when the rate limit says when."""

    port: int
    email: str = field(default_factory=lambda: f"{secrets.token_hex(6)}@example.invalid")
    token: str = ""
    refresh_token: str = ""
    account: int = 0

    def ask(
        self, method: str, path: str, value: object = None, *, token: str | None = None
    ) -> tuple[int, Any]:
        """Return status and JSON (or text) of an answer."""
        headers = {"Content-Type": "application/json"}
        if token or self.token:
            headers["Authorization"] = f"Bearer {token or self.token}"
        body = None if value is None else json.dumps(value)
        for _ in range(TRIES):
            status, said, text = self._once(method, path, headers, body)
            if status != 429:
                break
            time.sleep(int(said.get("Retry-After", "1")))
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    def _once(
        self, method: str, path: str, headers: Mapping[str, str], body: str | None
    ) -> tuple[int, http.client.HTTPMessage, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ASK_S)
        try:
            connection.request(method, path, body=body, headers=dict(headers))
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode()
        finally:
            connection.close()

    def join(self) -> Person:
        """Sign up, sign in, connect an account."""
        new = {"email": self.email, "password": PASSWORD, "name": "Kim"}
        assert self.ask("POST", "/api/auth/signup", new)[0] == 201
        status, tokens = self.ask("POST", "/api/auth/login", new)
        assert status == 200, tokens
        self.token, self.refresh_token = tokens["access_token"], tokens["refresh_token"]
        account = {"provider": "meta", "handle": "kim", "access_token": "given-by-the-mock"}
        status, made = self.ask("POST", "/api/accounts", account)
        assert status == 201, made
        self.account = made["id"]
        return self


def claims_of(token: str) -> dict[str, Any]:
    """Return what a token says; nobody has looked at its signature."""
    part = token.split(".")[1]
    said = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    assert isinstance(said, dict)
    return said


def signed(claims: Mapping[str, Any], secret: str) -> str:
    """Return a token (HS256), as whoever knows the secret can make it."""
    parts = (json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, dict(claims)))
    text = ".".join(_text(part) for part in parts)
    return f"{text}.{_text(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())}"


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _prepare(_site: Site) -> None:
    stand_ins.ensure("minio", MINIO, "rclone serve s3: MinIO cannot be had here")


_readers: dict[int, Person] = {}


def _reader(site: Site) -> Person:
    """Return somebody who is signed in in production."""
    port = site.ports["production"]
    if port not in _readers:
        _readers[port] = Person(port=port).join()
    return _readers[port]


def _signed_in(site: Site) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {_reader(site).token}"}


SYSTEM = System(
    name="sns",
    services=(
        *("frontend", "backend", "celery-worker", "celery-beat"),
        *("postgres", "redis", "minio"),
    ),
    change=Change(
        path="backend/app/api/health.py",
        old='        "providers": settings.PROVIDER_MODE,\n',
        new='        "providers": settings.PROVIDER_MODE,\n        "edition": "second",\n',
        asked="/api/health",
        answers='"edition":"second"',
    ),
    loads=(
        # What has no limit, as fast as the others are asked …
        Load(paths=("/", "/api/health"), rate=20, websocket_path="/ws", headers=_signed_in),
        # … and below /api what one client may: 60 a minute.
        Load(paths=("/api/posts", "/api/auth/me"), rate=0.8, headers=_signed_in),
    ),
    stand_ins={
        "MinIO": "rclone serve s3: no image here",
        "Meta, YouTube, Claude, OpenAI": "the example's own mock: no keys here",
    },
    differs=(
        *("APP_ENV", "LOG_LEVEL", "CORS_ALLOWED_ORIGINS", "address port", "journey "),
        *("DATABASE_URL", "POSTGRES_PASSWORD", "JWT_SECRET_KEY", "ENCRYPTION_KEY"),
        *("S3_ACCESS_KEY", "S3_SECRET_KEY", "MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD"),
    ),
    prepare=_prepare,
)
