from __future__ import annotations

from tests.checks.cases.shape import Case, compose

CASES = [
    Case(
        "environment.comment-as-value",
        {
            ".env.example": "SECRET_KEY=    # at least 32 letters⟵\nTOKEN=# none⟵\nCOLOUR=#fff\nA=b # c\n"
        },
        {".env.example": "# at least 32 letters\nSECRET_KEY=\nCOLOUR=#fff\nA=b # c\n"},
    ),
    Case(
        "compose.published-store",
        compose("""
            db:
              image: postgres:16
              ports: ["5432:5432"]⟵
            cache:
              image: redis:7
              ports:
                - "127.0.0.1:6379:6379"
                - "6380:6379"⟵
            """),
        compose("""
            db:
              image: postgres:16
              ports: ["127.0.0.1:5432:5432"]
            web:
              image: shop
              ports: ["80:80"]
            """),
    ),
    Case(
        "proxy.nginx-loads",
        {
            "compose.yaml": """
                services:
                  nginx:
                    image: nginx:1.27
                    volumes: ["./nginx/nginx.conf:/etc/nginx/nginx.conf:ro"]
                """,
            "nginx/nginx.conf": """
                upstream api { server api:8000; }⟵
                server {
                    listen 80;
                    limit_req_zone $binary_remote_addr zone=a:10m rate=60r/m;⟵
                    location / { proxy_pass http://api; }
                }
                """,
        },
        {
            "nginx/nginx.conf": """
                events {}
                http {
                    limit_req_zone $binary_remote_addr zone=a:10m rate=60r/m;
                    upstream api { server api:8000; }
                    server {
                        listen 80;
                        location / { proxy_pass http://api; }
                    }
                }
                """,
            "nginx/conf.d/shop.conf": "server { listen 81; location / { return 204; } }",
        },
    ),
    Case(
        "images.migration-at-start",
        {
            "api/Dockerfile": """
                FROM python:3.12-slim
                CMD alembic upgrade head && uvicorn app:app --port 8000⟵
                """,
            "web/Dockerfile": 'FROM node:20\nCMD ["npm", "run", "start:production"]⟵\n',
            "web/package.json": '{"scripts": {"start:production": "prisma migrate deploy && node a.js"}}',
            "api/railway.toml": """
                [deploy]
                startCommand = "alembic upgrade head && uvicorn app:app"⟵
                """,
            "server/docker-entrypoint.sh": """
                #!/bin/sh
                npx prisma migrate deploy⟵
                exec node server.js
                """,
        },
        {
            "api/Dockerfile": """
                FROM python:3.12-slim
                CMD ["uvicorn", "app:app", "--port", "8000"]
                """,
            **compose("""
                migrate:
                  image: api
                  command: alembic upgrade head
                """),
        },
    ),
    Case(
        "code.default-account",
        {
            "seed.py": 'user = User(name="admin", hashed=get_password_hash("admin123"))⟵\n',
            "more.py": """
                user = User(
                    hashed=pwd_context.hash(
                        "admin123"⟵
                    ),
                )
                User.objects.create_superuser("admin", "a@shop.example", "admin123")⟵
                """,
            "seed.ts": "const hash = await bcrypt.hash('admin123', 10)⟵\n",
        },
        {"seed.py": "user = User(hashed=get_password_hash(settings.admin_password))\n"},
    ),
]
