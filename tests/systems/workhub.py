"""What the course has to know of examples/workhub."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping

from tests.systems.facts import Change, Load, System
from tests.systems.site import Site

ADMINISTRATOR = "admin@workhub.example.com"
HUBS = ("wbhubmanager", "wbsaleshub", "wbfinhub", "wbonboardinghub", "hwtestagent")


def log_in(site: Site, environment: str) -> str:
    """Return a token that the hub manager signed for the first administrator."""
    body = {"email": ADMINISTRATOR, "password": site.secret("ADMIN_PASSWORD", environment)}
    request = urllib.request.Request(
        f"http://127.0.0.1:{site.ports[environment]}/api/auth/login",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(json.load(answer)["token"])


def _signed_in(site: Site) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {log_in(site, 'production')}"}


def _make_development(site: Site) -> None:
    """Fill the vault of the third environment, which is looked at and not deployed."""
    site.shipway("secret", "generate", "--missing", "-e", "development")


SYSTEM = System(
    name="workhub",
    services=(*HUBS, "postgres"),
    change=Change(
        path="WBHubManager/page.js",
        old="<h1>WorkHub</h1>",
        new="<h1>WorkHub 2</h1>",
        asked="/",
        answers="<h1>WorkHub 2</h1>",
    ),
    loads=(
        Load(
            paths=("/", "/api/hubs", "/sales/api/deals", "/finance/api/balance", "/tests/health"),
            rate=25,
            post_path="/sales/api/deals",
            posts=(b'{"customer":"load","amount":1}',),
            post_share=0.1,
            headers=_signed_in,
        ),
    ),
    differs=(
        "address port",
        "APP_ENV",
        "DOCKER_PORT",
        "PUBLIC_URL",
        "COOKIE_DOMAIN",
        "COOKIE_NAME",
        # each environment has secrets of its own
        "ADMIN_PASSWORD",
        "DATABASE_URL",
        "SESSION_SECRET",
        "POSTGRES_PASSWORD",
        "jwt_private.pem",
        "jwt_public.pem",
    ),
    prepare=_make_development,
)
