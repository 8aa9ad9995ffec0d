"""What the course has to know of examples/omnivibe."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

from tests.systems import stand_ins
from tests.systems.facts import Change, Load, System
from tests.systems.site import Site

NEO4J = "shipway-stand-in/neo4j:5"
SITE = "omnivibepro.com"
API = f"api.{SITE}"
PAID = (
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "ELEVENLABS_API_KEY",
    "GOOGLE_VEO_API_KEY",
    "YOUTUBE_API_KEY",
    "PINECONE_API_KEY",
    "PINECONE_ENVIRONMENT",
    "CLOUDINARY_CLOUD_NAME",
    "CLOUDINARY_API_KEY",
    "CLOUDINARY_API_SECRET",
)
TYPED = {
    **{name: f"mocked-{name.lower()}-0c41f7a95be2d863" for name in PAID},
    "GOOGLE_SHEETS_CREDENTIALS": json.dumps({"client_email": "sheets@omnivibe.invalid"}),
}


def _prepare(_site: Site) -> None:
    stand_ins.ensure("neo4j", NEO4J, "Kuzu behind Neo4j's HTTP Query API: Neo4j cannot be had here")


SYSTEM = System(
    name="omnivibe",
    services=("frontend", "backend", "worker", "beat", "flower", "redis", "neo4j"),
    change=Change(
        path="backend/omnivibe/release.py",
        old='VERSION = "1"',
        new='VERSION = "2"',
        asked="/openapi.json",
        answers='"version":"2"',
        host=API,
    ),
    loads=(
        Load(host=SITE, paths=("/", "/billing", "/api/v1/providers", "/status"), rate=12),
        Load(
            host=API,
            paths=("/health", "/api/v1/billing/plans", "/api/v1/system/schedule"),
            rate=15,
            websocket_path="/ws/events",
        ),
    ),
    secrets={"staging": TYPED, "production": TYPED},
    ports={"staging": "port: 4400", "production": "port: 443"},
    replaced=(
        ("compose.yaml", "image: neo4j:5\n", f"image: {NEO4J}\n"),
        # no authority issues certificates for these names here
        (
            "shipway.yaml",
            "    tls: auto\n    variables:\n      PROVIDERS: mock\n",
            "    variables:\n      PROVIDERS: mock\n",
        ),
        (
            "shipway.yaml",
            "    tls: auto\n    variables:\n      PROVIDERS: live\n",
            "    variables:\n      PROVIDERS: mock\n",
        ),
    ),
    stand_ins={
        "Neo4j": "Kuzu behind its HTTP Query API",
        "OpenAI, Anthropic, ElevenLabs, Veo, Stripe": "mocks of their own: no key here",
    },
    # each environment's own names, addresses and passwords
    differs=(
        "route api.",
        "address port",
        "address hosts",
        "FRONTEND_URL",
        "CORS_ORIGINS",
        "API_HOST",
        "WWW_HOST",
        "SECRET_KEY",
        "NEO4J_PASSWORD",
        "NEO4J_AUTH",
        "FLOWER_PASSWORD",
    ),
    drill=False,
    prepare=_prepare,
)


def token(secret: str, *, seconds: int) -> str:
    """Return a token for the API as the application signs them, ending in so many seconds."""
    now = int(time.time())
    claims = {"sub": "0", "use": "access", "iat": now - 3600, "exp": now + seconds}
    signed = ".".join(_text(json.dumps(part).encode()) for part in ({"alg": "HS256"}, claims))
    mac = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_text(mac)}"


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
