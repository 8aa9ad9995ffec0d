"""What the course has to know of examples/jarvis."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from uuid import UUID

from tests.systems.facts import Change, Load, System
from tests.systems.site import Site

NOBODY = str(UUID(int=7))


def token(secret: str, subject: str = NOBODY, *, seconds: int = 3600) -> str:
    """Return a token as the server signs them: in production no login gives one away."""
    now = int(time.time())
    claims = {"sub": subject, "name": "load", "iat": now, "exp": now + seconds}
    signed = ".".join(
        _text(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims)
    )
    mac = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_text(mac)}"


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _signed_in(site: Site) -> Mapping[str, str]:
    secret = site.secret("JWT_SECRET", "production")
    return {"Authorization": f"Bearer {token(secret)}"}


SYSTEM = System(
    name="jarvis",
    services=("server", "worker", "postgres", "redis"),
    change=Change(
        path="apps/server/src/version.js",
        old="'v1'",
        new="'v2'",
        asked="/health",
        answers='"version":"v2"',
    ),
    loads=(
        Load(
            paths=("/health", "/rooms", "/users", "/calendar/events", "/insights"),
            rate=25,
            post_path="/translate",
            posts=(b'{"text":"good morning","to":"ko"}', b'{"text":"good night","to":"ko"}'),
            post_share=0.2,
            websocket_path="/ws",
            headers=_signed_in,
        ),
    ),
    stand_ins={"OpenAI, Naver, holidays": "mocks of their own: no key here"},
)
