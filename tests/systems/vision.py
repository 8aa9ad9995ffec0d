"""What the course has to know of examples/vision."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from typing import Any

from tests.systems.facts import Change, Load, System
from tests.systems.site import Site

HOSTS = {"staging": "staging.vision.example.com", "production": "vision.example.com"}
ADMINISTRATOR = "admin@vision.example.com"


def log_in(site: Site, environment: str) -> str:
    """Return a token of the first administrator, who has the generated password."""
    body = {"email": ADMINISTRATOR, "password": site.secret("ADMIN_PASSWORD", environment)}
    return str(_post(site, environment, "/api/v1/auth/login", body)["access_token"])


def _post(site: Site, environment: str, path: str, body: Mapping[str, str]) -> dict[str, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{site.ports[environment]}{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Host": HOSTS[environment]},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        found = json.load(answer)
    assert isinstance(found, dict)
    return found


def _signed_in(site: Site) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {log_in(site, 'production')}"}


SYSTEM = System(
    name="vision",
    services=("frontend", "backend", "postgres", "redis"),
    change=Change(
        path="mvp/backend/app/main.py",
        old='version="1.0"',
        new='version="1.1"',
        asked="/openapi.json",
        answers='"version":"1.1"',
        host=HOSTS["production"],
    ),
    loads=(
        Load(
            paths=("/", "/health", "/api/v1/datasets", "/api/v1/projects", "/api/v1/auth/me"),
            rate=20,
            host=HOSTS["production"],
            post_path="/api/v1/chat",
            posts=(b'{"message":"detect cars"}', b'{"message":"classify shapes"}'),
            post_share=0.2,
            websocket_path="/ws",
            headers=_signed_in,
        ),
    ),
    stand_ins={"Gemini": "AI_PROVIDER=mock, no key here"},
    differs=(
        "address port",
        "address hosts",
        "CORS_ORIGINS",
        "DATASETS_PATH",
        # each environment has secrets of its own
        "ADMIN_PASSWORD",
        "DATABASE_URL",
        "JWT_SECRET",
        "POSTGRES_PASSWORD",
    ),
)
