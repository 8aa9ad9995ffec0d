from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    DB_USER: str
    DB_PASSWORD: str
    DATABASE_URL: str
    BACKUP_URL: str
    REDIS_URL: str
    JWT_SECRET_KEY: str
    ACCESS_TOKEN_EXPIRE_MINUTES: int = 30
    S3_BUCKET_NAME: str = "channel-media"
    S3_REGION: str = "ap-northeast-2"

    class Config:
        env_file = ".env"
