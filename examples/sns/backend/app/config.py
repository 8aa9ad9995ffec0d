"""What the environment says.  Run as a program, it only looks whether everything is there."""

from __future__ import annotations

import sys
from typing import Literal

from pydantic import ValidationError
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    DATABASE_URL: str
    REDIS_URL: str
    JWT_SECRET_KEY: str
    JWT_ALGORITHM: Literal["HS256"] = "HS256"
    ACCESS_TOKEN_EXPIRE_MINUTES: int = 30
    REFRESH_TOKEN_EXPIRE_DAYS: int = 7
    META_APP_ID: str = ""
    META_APP_SECRET: str = ""
    YOUTUBE_API_KEY: str = ""
    YOUTUBE_CLIENT_ID: str = ""
    YOUTUBE_CLIENT_SECRET: str = ""
    # mock: every call to a network or a model goes to app.mock, nothing leaves the server
    PROVIDER_MODE: Literal["mock", "live"] = "mock"
    PROVIDER_MOCK_URL: str = "http://backend:8000/mock"
    AI_PROVIDER: Literal["claude", "openai"] = "claude"
    ANTHROPIC_API_KEY: str = ""
    OPENAI_API_KEY: str = ""
    EMBEDDING_MODEL: str = "text-embedding-3-small"
    S3_ENDPOINT: str = ""
    S3_ACCESS_KEY: str = ""
    S3_SECRET_KEY: str = ""
    S3_BUCKET_NAME: str = "sns-media"
    S3_REGION: str = "ap-northeast-2"
    ENCRYPTION_KEY: str
    SENTRY_DSN: str = ""
    CORS_ALLOWED_ORIGINS: str = ""
    WS_MAX_CONNECTIONS: int = 1000
    APP_ENV: Literal["development", "staging", "production"] = "development"
    LOG_LEVEL: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    SHIPWAY_RELEASE: str = "dev"
    SHIPWAY_COMMIT: str = ""

    @property
    def is_mock(self) -> bool:
        return self.PROVIDER_MODE == "mock"

    @property
    def origins(self) -> list[str]:
        return [item.strip() for item in self.CORS_ALLOWED_ORIGINS.split(",") if item.strip()]


def _read() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        wrong = (f"{item['loc'][0]}: {item['msg']}" for item in error.errors())
        sys.exit(f"sns: the environment is not as it should be: {'; '.join(wrong)}")


settings = _read()
