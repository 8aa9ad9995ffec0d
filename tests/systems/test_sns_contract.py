"""The contract of examples/sns, without a server."""

from __future__ import annotations

import pytest

from shipway.errors import Problem
from shipway.spec.load import load_and_judge
from tests.systems.facts import EXAMPLES

DIRECTORY = EXAMPLES / "sns"
GIVEN = {
    "DB_PASSWORD": "1f0c" * 16,
    "JWT_SECRET_KEY": "9ab3" * 16,
    "ENCRYPTION_KEY": "77c1" * 16,
    "S3_ACCESS_KEY": "6d0e9c31aa",
    "S3_SECRET_KEY": "58fe" * 16,
}
KEYS = {
    **{name: f"{name.lower()}-4f1dc0ffee9b2c5f" for name in ("META_APP_SECRET", "YOUTUBE_API_KEY")},
    **{name: f"{name.lower()}-9b2c5f0e7a41d883" for name in ("META_APP_ID", "YOUTUBE_CLIENT_ID")},
    **{
        name: f"{name.lower()}-6fb1c0aa57e2d94f" for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY")
    },
    "YOUTUBE_CLIENT_SECRET": "youtube-client-secret-1188aa0c4f1d",
}
CONTRACT = [
    # values over the good ones, what the contract says; "" where all is well
    ({}, ""),
    ({"DB_PASSWORD": None}, "DB_PASSWORD"),
    ({"JWT_SECRET_KEY": None}, "JWT_SECRET_KEY"),
    ({"JWT_SECRET_KEY": "9ab3" * 8}, "JWT_SECRET_KEY has 32 characters"),
    ({"JWT_SECRET_KEY": "not hexadecimal " * 4}, "JWT_SECRET_KEY"),
    ({"ENCRYPTION_KEY": None}, "ENCRYPTION_KEY"),
    ({"ENCRYPTION_KEY": "77c1"}, "ENCRYPTION_KEY has 4 characters"),
    ({"JWT_ALGORITHM": "none"}, "JWT_ALGORITHM"),
    ({"ACCESS_TOKEN_EXPIRE_MINUTES": "half an hour"}, "ACCESS_TOKEN_EXPIRE_MINUTES"),
    ({"REFRESH_TOKEN_EXPIRE_DAYS": "a week"}, "REFRESH_TOKEN_EXPIRE_DAYS"),
    ({"AI_PROVIDER": "openai"}, ""),
    ({"AI_PROVIDER": "gemini"}, "AI_PROVIDER"),
    ({"APP_ENV": "production"}, "APP_ENV"),
    ({"LOG_LEVEL": "TRACE"}, "LOG_LEVEL"),
    ({"WS_MAX_CONNECTIONS": "many"}, "WS_MAX_CONNECTIONS"),
    ({"S3_ENDPOINT": "minio:9000"}, "S3_ENDPOINT"),
    ({"S3_SECRET_KEY": None}, "S3_SECRET_KEY"),
    ({"SENTRY_DSN": "later"}, "SENTRY_DSN"),
    ({"META_APP_ID": "123456789"}, "META_APP_SECRET"),
    ({"YOUTUBE_API_KEY": "AIzaSy0123456789"}, "YOUTUBE_CLIENT_ID"),
    ({"PROVIDER_MODE": "live", **KEYS}, ""),
    ({"PROVIDER_MODE": "live", **KEYS, "ANTHROPIC_API_KEY": None}, "ANTHROPIC_API_KEY"),
    ({"PROVIDER_MODE": "live", **KEYS, "AI_PROVIDER": "openai", "ANTHROPIC_API_KEY": None}, ""),
    ({"PROVIDER_MODE": "live", **KEYS, "OPENAI_API_KEY": None}, "OPENAI_API_KEY"),
]


@pytest.mark.parametrize(("values", "said"), CONTRACT)
def test_the_contract_of_sns_names_what_is_wrong(values: dict[str, str | None], said: str) -> None:
    """R054: required ones, allowed values, lengths, types, groups, and the providers' keys."""
    given = {key: value for key, value in {**GIVEN, **values}.items() if value is not None}
    try:
        verdicts = load_and_judge(DIRECTORY, environment="staging", variables=given).verdicts
    except Problem as problem:  # Compose itself wants it
        told = str(problem)
    else:
        told = "; ".join(str(item) for item in verdicts if item.blocks)
    assert said in told
    assert bool(said) is bool(told), told
    assert not any(value and value in told for key, value in values.items() if "SECRET" in key)
