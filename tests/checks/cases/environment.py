from __future__ import annotations

from tests.checks.cases.shape import Case, compose

SETTINGS = """
    from pydantic_settings import BaseSettings

    class Settings(BaseSettings):
        DATABASE_URL: str
        debug: bool = False

        class Config:
            env_file = ".env"
    """
TWO = {
    "config/.env.staging": "PUBLIC_URL=https://shop-staging.example\nCOOKIE_DOMAIN=shop-staging.example\n",
    "config/.env.production": "PUBLIC_URL=https://shop.example\nCOOKIE_DOMAIN=.shop.example\n",
}

CASES = [
    Case(
        "environment.localhost-in-container",
        compose("""
            api:
              image: api:1
              env_file: .env
              environment:
                - REDIS_URL=redis://localhost:6379/0⟵
            """)
        | {
            ".env.example": """
                DATABASE_URL=postgresql+asyncpg://shop:x@localhost:5432/shop⟵
                S3_ENDPOINT=http://localhost:9000⟵
                CORS_ORIGINS=http://localhost:3000
                """
        },
        compose("""
            api:
              image: api:1
              env_file: .env
              environment: {REDIS_URL: "redis://redis:6379/0"}
            """)
        | {".env.example": "DATABASE_URL=postgresql://shop@postgres/shop\n"},
    ),
    Case(
        "environment.loads",
        {".env.example": "```bash⟵\nA=1\n", ".env": "A=1\nB='open⟵\n"},
        {".env.example": "A=1\nB='two words'\n# C D\n", "api/migrations/env.py": "import os\n"},
    ),
    Case(
        "environment.missing-from-example",
        compose("""
            db:
              image: postgres:16
              environment:
                POSTGRES_USER: ${DB_USER:-postgres}⟵
                POSTGRES_PASSWORD: ${DB_PASSWORD}⟵
                NOTE: costs $${NOTHING}
            """)
        | {".env.example": "DATABASE_URL=\n"},
        compose("""
            db:
              image: postgres:16
              environment:
                POSTGRES_USER: ${DB_USER:-postgres}
                HOME: ${HOME}
            """)
        | {".env.example": "DB_USER=shop\n"},
    ),
    Case(
        "environment.unknown-to-settings",
        {
            "backend/app/config.py": SETTINGS,
            "backend/.env.example": "DATABASE_URL=\nDEBUG=false\nS3_REGION=ap-northeast-2⟵\n",
        },
        {
            "backend/app/config.py": SETTINGS,
            "backend/.env.example": "DATABASE_URL=\nDEBUG=false\n",
            "worker/config.py": """
                from pydantic_settings import BaseSettings, SettingsConfigDict

                class Settings(BaseSettings):
                    model_config = SettingsConfigDict(env_file=".env", extra="ignore")
                    A: str
                """,
            "worker/.env.example": "A=1\nB=2\n",
        },
    ),
    Case(
        "environment.optional-among-required",
        {
            ".env.example": "# 필수 (없으면 시작 불가)\nSECRET_KEY=\nTRACE=   # Observability (optional)⟵\n"
        },
        {".env.example": "# 필수\nSECRET_KEY=\n\n# 선택\n# Observability (optional)\nTRACE=\n"},
    ),
    Case(
        "environment.placeholder",
        {
            ".env": "JWT_SECRET=최소-32자-이상-매우-강력한-시크릿-키⟵\nAPI_KEY=your-key-here⟵\n",
            "worker/.env.production": "OPENAI_API_KEY=sk-...⟵\nNAME=<your-name>⟵\n",
        },
        {
            ".env": "JWT_SECRET=b1946ac92492d2347c6235b4d2611184\n",
            ".env.example": "KEY=your-key-here\n",
        },
    ),
    Case(
        "environment.example-secret",
        {
            ".env.example": """
                JWT_SECRET=your-256bit-secret-key-here  # openssl rand -hex 32⟵
                DATABASE_URL=postgresql://postgres:postgres@db/shop⟵
                S3_ACCESS_KEY=minioadmin⟵
                ACCESS_TOKEN_EXPIRE_MINUTES=30
                """
        },
        {
            ".env.example": """
                # openssl rand -hex 32
                JWT_SECRET=
                DATABASE_URL=postgresql://shop@db/shop
                URL=postgresql://shop:${DB_PASSWORD}@db/shop
                """
        },
    ),
    Case(
        "environment.weak-secret",
        {
            ".env": "DB_PASSWORD=postgres⟵\nSESSION_SECRET=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa⟵\n"
            "REDIS_URL=redis://:redis@redis/0⟵\n"
        },
        {
            ".env": "DB_PASSWORD=b1946ac92492d2347c6235b4d2611184\nDB_USER=postgres\nJWT_SECRET=\n",
            ".env.development": "DB_PASSWORD=postgres\n",
        },
    ),
    Case(
        "environment.repeated",
        {
            "infra/env.example": "CORS_ORIGIN=https://shop.example\n",
            "server/env.example": "NODE_ENV=production\nCORS_ORIGIN=https://shop.example⟵\n",
        },
        {
            "infra/env.example": "CORS_ORIGIN=https://shop.example\nNODE_ENV=production\n",
            "server/env.example": "NODE_ENV=production\nCORS_ORIGIN=\n",
            "config/.env.staging": "PUBLIC_URL=https://a.example\n",
            "config/.env.production": "PUBLIC_URL=https://b.example\n",
        },
    ),
    Case(
        "environment.key-twice",
        compose("""
            api:
              image: api:1
              volumes: ["./config/keys:/app/keys:ro"]
            """)
        | {"config/.env.common": "JWT_PRIVATE_KEY=abc⟵\nJWT_PUBLIC_KEY=def⟵\nSTRIPE_API_KEY=\n"},
        compose("""
            api:
              image: api:1
              volumes: ["./config/keys:/app/keys:ro"]
            """)
        | {"config/.env.common": "JWT_PRIVATE_KEY_PATH=/app/keys/jwt_private.pem\n"},
    ),
    Case(
        "environment.shared-database",
        TWO | {"config/.env.common": "SESSION=1\nDATABASE_URL=postgresql://db/shop⟵\n"},
        {
            "config/.env.common": "SESSION=1\nREDIS_URL=redis://redis/0\n",
            "config/.env.staging": "DATABASE_URL=postgresql://db/staging\nREDIS_URL=redis://redis/1\n",
            "config/.env.production": "DATABASE_URL=postgresql://db/shop\nREDIS_URL=redis://redis/2\n",
        },
    ),
    Case(
        "environment.number-as-name",
        {".env.staging": "PUBLIC_URL=http://203.0.113.7:4400⟵\nCOOKIE_DOMAIN=203.0.113.7⟵\n"},
        {
            ".env.staging": "PUBLIC_URL=https://staging.shop.example\nBIND=0.0.0.0\nAPI_URL=http://10.0.0.4\n"
        },
    ),
    Case(
        "environment.cookies-mixed",
        TWO | {"config/.env.staging": "PUBLIC_URL=https://shop.example:4400⟵\n"},
        TWO,
    ),
    Case(
        "environment.plain-http-login",
        {".env.production": "PUBLIC_URL=http://shop.example⟵\nSESSION_SECRET=\n"},
        {
            ".env.production": "PUBLIC_URL=https://shop.example\nSESSION_SECRET=\n"
            "API_URL=http://api:8000\nBASE_URL=http://localhost:3000\n"
        },
    ),
    Case(
        "environment.development-values",
        compose("""
            api:
              image: api:1
              environment:
                NODE_ENV: development⟵
            """)
        | {".env.production": "DEBUG=true⟵\nLOG_LEVEL=DEBUG⟵\nNODE_ENV=production\n"},
        compose("""
            api:
              image: api:1
              environment: {NODE_ENV: production, DEBUG: "false"}
            """)
        | {".env.production": "DEBUG=false\nLOG_LEVEL=WARNING\n", ".env.development": "DEBUG=1\n"},
    ),
    Case(
        "environment.wildcard-cors",
        compose("""
            api:
              image: api:1
              environment:
                - CORS_ORIGINS=*⟵
            """)
        | {".env.example": "CORS_ALLOWED_ORIGINS=https://a.example,*⟵\n"},
        {".env.example": "CORS_ORIGINS=https://shop.example\nSCHEDULE=*\n"},
    ),
    Case(
        "secrets.env-tracked",
        {".env.production": "NODE_ENV=production\nJWT_SECRET=b1946ac92492d2347c6235b4d2611184⟵\n"},
        {".env.production": "NODE_ENV=production\n", ".env.example": "JWT_SECRET=\n"},
    ),
    Case(
        "secrets.env-not-ignored",
        compose("""
            api:
              image: api:1
              env_file:
                - config/.env.production⟵
            """)
        | {".env.example": "SECRET_KEY=⟵\n", ".gitignore": "node_modules\n"},
        compose("""
            api:
              image: api:1
              env_file: [config/.env.production, common.env]
            """)
        | {
            ".env.example": "SECRET_KEY=\n",
            "common.env": "TZ=Asia/Seoul\n",
            ".gitignore": ".env\n.env.*\n!.env.example\n",
        },
    ),
    Case(
        "secrets.private-key",
        {"config/keys/jwt_private.pem": "-----BEGIN PRIVATE KEY-----⟵\nMIIE\n"},
        {"config/keys/jwt_public.pem": "-----BEGIN PUBLIC KEY-----\nMIIB\n", "id_list.txt": "1\n"},
    ),
    Case(
        "secrets.known-token",
        {"deploy.sh": "export TOKEN=" + "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx" + "⟵\n"},
        {"deploy.sh": "export TOKEN=$GITHUB_TOKEN\n"},
    ),
]
