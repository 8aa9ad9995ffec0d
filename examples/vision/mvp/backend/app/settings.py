"""What the environment says; what is missing or wrong stops the process with its name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode


class Settings(BaseSettings):
    """Required is what has no default."""

    database_url: str
    redis_url: str

    ai_provider: Literal["mock", "gemini"]
    google_api_key: SecretStr | None = None
    gemini_model: str = "gemini-2.0-flash"

    jwt_secret: SecretStr = Field(min_length=32)
    jwt_algorithm: Literal["HS256"] = "HS256"
    access_token_expire_minutes: int = Field(default=60, ge=1)

    cors_origins: Annotated[list[str], NoDecode]

    datasets_path: Path = Path("/app/datasets")
    upload_dir: Path = Path("/app/uploads")
    output_dir: Path = Path("/app/outputs")

    port: int = 8000
    shipway_release: str = "dev"

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _by_commas(cls, value: str) -> list[str]:
        return [item.strip() for item in value.split(",") if item.strip()]

    @model_validator(mode="after")
    def _key_for_gemini(self) -> Settings:
        if self.ai_provider == "gemini" and not self.google_api_key:
            raise ValueError("GOOGLE_API_KEY is needed where AI_PROVIDER is gemini")
        return self


def _load() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(str(part) for part in item['loc']).upper() or 'settings'}: {item['msg']}"
            for item in error.errors(include_input=False, include_url=False)
        )
        sys.exit(f"vision: the environment is not as it must be: {wrong}")


settings = _load()
