"""Facebook and Instagram pages, by the Graph API."""

from __future__ import annotations

import hashlib
import hmac

import httpx

from app.channels import Letter, base
from app.config import settings

VERSION = "v21.0"


def send(client: httpx.Client, letter: Letter) -> httpx.Response:
    # A stolen token is of no use without the application's secret.
    secret, token = settings.META_APP_SECRET.encode(), letter.token.encode()
    proof = hmac.new(secret, token, hashlib.sha256).hexdigest()
    return client.post(
        f"{base('meta', 'https://graph.facebook.com')}/{VERSION}/{letter.handle}/feed",
        headers={"Authorization": f"Bearer {letter.token}"},
        json={"message": letter.body, "appsecret_proof": proof},
    )
