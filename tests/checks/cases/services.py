from __future__ import annotations

from tests.checks.cases.shape import Case, compose

DOCKERFILE = "FROM python:3.12-slim\nUSER app\n"

CASES = [
    Case(
        "compose.loads",
        {"compose.yaml": "services:\n  web:\n    imagge: nginx⟵\n"},
        {"compose.yaml": "services:\n  web:\n    image: ${IMAGE:?}\n    env_file: .env\n"},
    ),
    Case(
        "compose.latest-tag",
        compose("""
            a:
              image: nginx⟵
            b:
              image: registry.example.com:5000/shop/web:latest⟵
            """),
        compose("""
            a:
              image: nginx:1.27
            b:
              image: registry.example.com/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
            c:
              image: shop:${TAG}
            d:
              image: own
              build: .
            """),
    ),
    Case(
        "compose.healthcheck-missing",
        compose("""
            db:⟵
              image: postgres:16
            api:⟵
              build: .
              ports: ["8000:8000"]
            cache:
              image: redis:7
              healthcheck: {disable: true}⟵
            """)
        | {"Dockerfile": DOCKERFILE},
        {
            **compose("""
                db:
                  image: postgres:16
                  healthcheck: {test: [CMD-SHELL, pg_isready]}
                api:
                  build: .
                  ports: ["8000:8000"]
                worker:
                  build: .
                  command: celery -A app worker
                """),
            "Dockerfile": "FROM python:3.12\nHEALTHCHECK CMD curl -f http://localhost:8000/health\n",
        },
    ),
    Case(
        "compose.restart-missing",
        compose("""
            web:⟵
              image: shop:1
            """),
        compose("""
            web:
              image: shop:1
              restart: unless-stopped
              depends_on:
                migrate: {condition: service_completed_successfully}
            migrate:
              image: shop:1
              command: migrate
            other:
              image: shop:1
              deploy: {restart_policy: {condition: any}}
            """),
    ),
    Case(
        "compose.memory-limit-missing",
        compose("""
            web:⟵
              image: shop:1
            """),
        compose("""
            web:
              image: shop:1
              mem_limit: 512m
            api:
              image: shop:1
              deploy: {resources: {limits: {memory: 1g}}}
            """),
    ),
    Case(
        "compose.reload",
        {
            **compose("""
                api:
                  build: .
                  command: uvicorn app:app --reload --workers 4⟵
                """),
            "Dockerfile": 'FROM python:3.12\nCMD ["uvicorn", "app:app", "--reload"]⟵\n',
        },
        {
            **compose("""
                api:
                  build: .
                  command: uvicorn app:app --workers 4
                """),
            "compose.override.yaml": "services:\n  api:\n    command: uvicorn app:app --reload\n",
        },
    ),
    Case(
        "compose.development-server",
        {
            **compose("""
                web:
                  build: ./web
                  command: pnpm dev --host⟵
                admin:
                  build:
                    context: ./admin
                    target: development⟵
                """),
            "web/Dockerfile": 'FROM node:20\nCMD ["npm", "run", "dev"]⟵\n',
        },
        {
            **compose("""
                web:
                  build: ./web
                  command: npm run start
                """),
            "web/Dockerfile": 'FROM node:20\nRUN npx vite build\nCMD ["node", "server.js"]\n',
        },
    ),
    Case(
        "compose.source-mounted",
        compose("""
            api:
              build: ./backend
              volumes:
                - ./backend:/app⟵
                - ./backend/src:/app/src⟵
            """),
        compose(
            """
            api:
              build: ./backend
              volumes: ["uploads:/app/uploads", "./config/keys:/app/keys:ro"]
            """,
            "uploads",
        )
        | {"compose.override.yaml": "services:\n  api:\n    volumes: ['./backend:/app']\n"},
    ),
    Case(
        "compose.docker-socket",
        compose("""
            ci:
              image: runner:1
              volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]⟵
            """),
        compose(
            """
            ci:
              image: runner:1
              volumes: ["cache:/cache"]
            """,
            "cache",
        ),
    ),
    Case(
        "compose.privileged",
        compose("""
            vpn:
              image: vpn:1
              privileged: true⟵
              network_mode: host⟵
              cap_add: [SYS_ADMIN]⟵
            """),
        compose("""
            vpn:
              image: vpn:1
              cap_add: [NET_ADMIN]
            """),
    ),
    Case(
        "compose.written-secret",
        compose("""
            api:
              image: api:1
              command: serve --password hunter2⟵
              environment:
                SESSION_SECRET: 5f2c9a7be1d04863⟵
                DATABASE_URL: postgresql://shop:sesame@db/shop⟵
            db:
              image: postgres:16
              environment:
                - POSTGRES_PASSWORD=sesame⟵
            """),
        compose("""
            api:
              image: api:1
              environment:
                SESSION_SECRET: ${SESSION_SECRET:?}
                DATABASE_URL: postgresql://shop:${DB_PASSWORD}@db/shop
                ACCESS_TOKEN_EXPIRE_MINUTES: 30
                JWT_ALGORITHM: HS256
                API_KEY_FILE: /run/secrets/api
                CLIENT_SECRET: ""
            """),
    ),
    Case(
        "compose.default-secret",
        compose("""
            db:
              image: postgres:16
              environment:
                POSTGRES_USER: ${DB_USER:-postgres}
                POSTGRES_PASSWORD: ${DB_PASSWORD:-postgres}⟵
            api:
              image: api:1
              environment:
                - DATABASE_URL=postgresql://shop:${DB_PASSWORD:-postgres}@db/shop⟵
            """),
        compose("""
            db:
              image: postgres:16
              environment:
                POSTGRES_USER: ${DB_USER:-postgres}
                POSTGRES_PASSWORD: ${DB_PASSWORD:?}
                LOG_LEVEL: ${LOG_LEVEL:-info}
                SENTRY_TOKEN: ${SENTRY_TOKEN:-}
            """),
    ),
    Case(
        "compose.data-without-volume",
        compose("""
            db:⟵
              image: postgres:16
            docs:⟵
              image: mongo:7
              volumes: ["/data/db"]
            files:
              image: postgres:16
              volumes:
                - ./docker/data:/var/lib/postgresql/data⟵
            """),
        compose(
            """
            db:
              image: postgres:16
              volumes: ["data:/var/lib/postgresql/data"]
            files:
              image: postgres:16
              volumes:
                - /srv/${SHIPWAY_ENVIRONMENT}/data:/var/lib/postgresql/data
                - ./init:/docker-entrypoint-initdb.d
            cache:
              image: redis:7
            """,
            "data",
        ),
    ),
    Case(
        "compose.evicting-broker",
        compose("""
            redis:
              image: redis:7
              command: redis-server --maxmemory 256mb --maxmemory-policy allkeys-lru⟵
            worker:
              image: api:1
              command: celery -A app worker
            """)
        | {"redis/redis.conf": "maxmemory 1gb\nmaxmemory-policy volatile-ttl⟵\n"},
        compose("""
            redis:
              image: redis:7
              command: redis-server --maxmemory 256mb --maxmemory-policy noeviction
            worker:
              image: api:1
              command: celery -A app worker
            """),
    ),
    Case(
        "compose.pgvector",
        compose("""
            db:
              image: postgres:16-alpine⟵
            """)
        | {
            "requirements.txt": "fastapi==0.115\npgvector==0.3\n",
            ".github/workflows/ci.yml": """
                on: push
                jobs:
                  test:
                    runs-on: ubuntu-latest
                    services:
                      postgres:
                        image: postgres:16⟵
                    steps: [{run: pytest}]
                """,
        },
        compose("""
            db:
              image: pgvector/pgvector:pg16
            """)
        | {"migrations/001.sql": "CREATE EXTENSION IF NOT EXISTS vector;\n"},
    ),
    Case(
        "compose.health-user",
        compose("""
            db:
              image: postgres:16
              environment: {POSTGRES_USER: "${DB_USER:-postgres}"}
              healthcheck:
                test: [CMD-SHELL, pg_isready -U postgres]⟵
            """),
        compose("""
            db:
              image: postgres:16
              environment: {POSTGRES_USER: "${DB_USER}"}
              healthcheck:
                test: [CMD-SHELL, 'pg_isready -U "$$POSTGRES_USER"']
            """),
    ),
    Case(
        "compose.queue-priority",
        compose("""
            worker:
              image: api:1
              command: celery -A app worker -Q critical,high,low⟵
            """),
        compose("""
            urgent:
              image: api:1
              command: celery -A app worker -Q critical
            worker:
              image: api:1
              command: celery -A app worker -Q mail,reports
            """),
    ),
    Case(
        "compose.scheduler-once",
        compose("""
            beat:
              image: api:1
              command: celery -A app beat⟵
              deploy: {replicas: 2}
            worker:
              image: api:1
              command: celery -A app worker -B⟵
            """),
        compose("""
            beat:
              image: api:1
              command: celery -A app beat
            worker:
              image: api:1
              command: celery -A app worker
              deploy: {replicas: 3}
            """),
    ),
    Case(
        "compose.admin-page",
        compose("""
            graph:
              image: neo4j:5
              ports:
                - "7474:7474"⟵
            tasks:
              build: .
              command: celery -A app flower
              ports:
                - "5555:5555"⟵
            """),
        compose("""
            graph:
              image: neo4j:5
              ports: ["127.0.0.1:7474:7474"]
            """),
    ),
    Case(
        "compose.port-beside-proxy",
        compose("""
            proxy:
              image: nginx:1.27
              ports: ["80:80", "443:443"]
            server:
              build: .
              ports:
                - "8080:8080"⟵
            """),
        compose("""
            proxy:
              image: nginx:1.27
              ports: ["80:80", "443:443"]
            server:
              build: .
              expose: ["8080"]
            """),
    ),
    Case(
        "compose.build-time-variable",
        compose("""
            web:
              build: ./web
              environment:
                NEXT_PUBLIC_API_URL: https://api.example.com⟵
                PORT: 3000
            """),
        compose("""
            web:
              build:
                context: ./web
                args: {NEXT_PUBLIC_API_URL: /api}
              environment: {PORT: 3000}
            """),
    ),
    Case(
        "compose.baked-environment",
        compose("""
            web:
              build:
                context: ./web
                args:
                  NEXT_PUBLIC_API_URL: https://api.example.com⟵
                  VITE_WS: ${WS_URL}⟵
            """),
        compose("""
            web:
              build:
                context: ./web
                args: {NEXT_PUBLIC_API_URL: /api, NODE_VERSION: 20}
            """),
    ),
    Case(
        "compose.waits-for-health",
        compose("""
            db:
              image: postgres:16
              healthcheck: {test: [CMD-SHELL, pg_isready]}
            api:
              image: api:1
              depends_on: [db]⟵
            """),
        compose("""
            db:
              image: postgres:16
              healthcheck: {test: [CMD-SHELL, pg_isready]}
            api:
              image: api:1
              depends_on: {db: {condition: service_healthy}}
            web:
              image: web:1
              depends_on: [api]
            """),
    ),
    Case(
        "compose.worker-grace",
        compose("""
            worker:
              image: api:1
              command: celery -A app worker⟵
            """),
        compose("""
            worker:
              image: api:1
              command: celery -A app worker
              stop_grace_period: 2m
            """),
    ),
]
