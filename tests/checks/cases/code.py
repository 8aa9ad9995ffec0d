from __future__ import annotations

from tests.checks.cases.shape import Case

CASES = [
    Case(
        "code.cors-default",
        {
            "app/main.py": 'origins = os.getenv("CORS_ORIGINS", "http://localhost:3000").split(",")⟵\n',
            "server/app.ts": "const origin = process.env.CORS_ORIGIN || 'http://localhost:5173';⟵\n",
            "app/config.py": """
                class Settings(BaseSettings):
                    CORS_ALLOWED_ORIGINS: str = "http://localhost:3000"⟵
                """,
        },
        {
            "app/main.py": 'origins = os.environ["CORS_ORIGINS"].split(",")\n',
            "app/config.py": "class Settings(BaseSettings):\n    CORS_ALLOWED_ORIGINS: str\n",
        },
    ),
    Case(
        "code.cors-everybody",
        {
            "app/main.py": 'app.add_middleware(CORSMiddleware, allow_origins=["*"])⟵\n',
            "server/app.ts": "app.use(cors())⟵\n",
        },
        {"app/main.py": "app.add_middleware(CORSMiddleware, allow_origins=settings.origins)\n"},
    ),
    Case(
        "code.fixed-address",
        {
            "app/billing.py": 'back = "http://localhost:3000/paid"⟵\nDATA = Path("C:\\\\datasets")⟵\n',
            "web/api.ts": "fetch(`http://localhost:8000/api/users`)⟵\n",
        },
        {
            "app/billing.py": 'back = os.getenv("APP_URL", "http://localhost:3000")\n# "http://localhost:1"\n',
            "web/api.ts": "fetch(`/api/users`)\n",
            "web/api.test.ts": "fetch('http://localhost:8000')\n",
        },
    ),
    Case(
        "code.secret-default",
        {
            "app/auth.py": 'KEY = os.getenv("JWT_SECRET", "dev-secret")⟵\n',
            "server/env.ts": "const secret = process.env.SESSION_SECRET || 'keyboard cat';⟵\n",
            "app/config.py": """
                class Settings(BaseSettings):
                    SECRET_KEY: str = "change-me"⟵
                    DATABASE_URL: str = "postgresql://shop:shop@db/shop"⟵
                    ACCESS_TOKEN_EXPIRE_MINUTES: int = 30
                """,
        },
        {
            "app/auth.py": 'KEY = os.environ["JWT_SECRET"]\nLEVEL = os.getenv("LOG_LEVEL", "info")\n',
            "app/config.py": """
                class Settings(BaseSettings):
                    SECRET_KEY: str = Field(min_length=32)
                    STRIPE_SECRET_KEY: str | None = None
                """,
        },
    ),
    Case(
        "code.secret-may-be-empty",
        {
            "app/config.py": 'class Settings(BaseSettings):\n    ENCRYPTION_KEY: str = ""⟵\n    S3_SECRET_KEY: str = ""\n'
        },
        {
            "app/config.py": 'class Settings(BaseSettings):\n    ENCRYPTION_KEY: str\n    SENTRY_DSN: str = ""\n'
        },
    ),
    Case(
        "code.next-standalone",
        {
            "web/Dockerfile": "FROM node:20\nCOPY --from=build /app/.next/standalone ./⟵\n",
            "web/next.config.js": "module.exports = { reactStrictMode: true }\n",
        },
        {
            "web/Dockerfile": "FROM node:20\nCOPY --from=build /app/.next/standalone ./\n",
            "web/next.config.mjs": "export default { output: 'standalone' }\n",
        },
    ),
]
