"""What the application needs from its environment; without it, it does not start."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, FilePath
from pydantic_settings import BaseSettings, SettingsConfigDict

Needed = Annotated[str, Field(min_length=1)]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_ignore_empty=True)

    secret_key: Annotated[str, Field(min_length=32)]
    redis_url: Needed
    neo4j_uri: Needed
    neo4j_user: Needed
    neo4j_password: Needed

    # live: the paid services are asked.  mock: answers are made here, and nobody is paid.
    providers: Literal["live", "mock"] = "live"
    ai_provider: Literal["openai", "anthropic"] = "openai"
    openai_api_key: Needed
    anthropic_api_key: Needed
    elevenlabs_api_key: Needed
    google_veo_api_key: Needed
    google_sheets_credentials_path: FilePath
    youtube_api_key: Needed
    pinecone_api_key: Needed
    pinecone_environment: Needed
    cloudinary_cloud_name: Needed
    cloudinary_api_key: Needed
    cloudinary_api_secret: Needed
    logfire_token: str | None = None

    frontend_url: str | None = None
    cors_origins: str = ""
    debug: bool = False

    stripe_secret_key: str | None = None
    stripe_publishable_key: str | None = None
    stripe_webhook_secret: str | None = None
    google_client_id: str | None = None
    google_client_secret: str | None = None

    data_dir: Path = Path("/data")

    @property
    def origins(self) -> list[str]:
        return [item.strip() for item in self.cors_origins.split(",") if item.strip()]


settings = Settings()
