"""The same faults in the other forms in which people write them: each is found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shipway.checks import Outcome, Result
from tests.checks.cases.shape import Texts

Inspect = Callable[[str, Texts], Outcome]


def services(text: str) -> dict[str, str]:
    return {"compose.yaml": f"services:\n{text}"}


FORMS: list[tuple[str, str, Texts]] = [
    ("D01 export", "environment.comment-as-value", {".env": "export KEY=  # c\n"}),
    ("D01 tab", "environment.comment-as-value", {".env.sample": "KEY=\t# c\n"}),
    (
        "D02 main by Dockerfile",
        "proxy.nginx-loads",
        {
            "nginx/Dockerfile": "FROM nginx:1\nCOPY nginx.conf /etc/nginx/nginx.conf\n",
            "nginx/nginx.conf": "server { listen 80; }\n",
        },
    ),
    (
        "D03 config dict",
        "environment.unknown-to-settings",
        {
            "config.py": 'from pydantic_settings import BaseSettings, SettingsConfigDict\nclass services(BaseSettings):\n    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8")\n    a: str\n',
            ".env.example": "A=1\nB=2\n",
        },
    ),
    (
        "D06 list",
        "compose.evicting-broker",
        {
            **services(
                '  r:\n    image: redis:7\n    command: ["redis-server","--maxmemory-policy","allkeys-lru"]\n'
            ),
            "package.json": '{"dependencies":{"bullmq":"5"}}',
        },
    ),
    (
        "D10 long",
        "compose.published-store",
        services(
            '  r:\n    image: mysql:8\n    ports:\n      - target: 3306\n        published: "3306"\n'
        ),
    ),
    (
        "D10 0.0.0.0",
        "compose.published-store",
        services('  r:\n    image: bitnami/postgresql:16\n    ports: ["0.0.0.0:5432:5432"]\n'),
    ),
    (
        "D22 sh -c",
        "images.migration-at-start",
        {"Dockerfile": 'FROM p:1\nCMD ["sh","-c","alembic upgrade head && uvicorn a:b"]\n'},
    ),
    (
        "D22 compose cmd",
        "images.migration-at-start",
        services(
            '  a:\n    image: a:1\n    command: bash -c "python manage.py migrate && gunicorn a"\n'
        ),
    ),
    (
        "D22 entrypoint.sh prisma",
        "images.migration-at-start",
        {"docker-entrypoint.sh": '#!/bin/sh\nset -e\nnpx prisma migrate deploy\nexec "$@"\n'},
    ),
    (
        "D07 expr",
        "pipeline.unreachable-job",
        {
            ".github/workflows/d.yml": "on:\n  push:\n    branches: [main]\njobs:\n  p:\n    if: ${{ startsWith(github.ref, 'refs/tags/v') }}\n    steps: []\n"
        },
    ),
    (
        "D07 ref_type",
        "pipeline.unreachable-job",
        {
            ".github/workflows/d.yml": "on:\n  push:\n    branches: [main]\njobs:\n  p:\n    if: github.event_name == 'push' && contains(github.ref, 'refs/tags/')\n    steps: []\n"
        },
    ),
    (
        "D14",
        "proxy.certificate-renewal",
        {"a.sh": "sudo certbot --standalone certonly -d a.example\n"},
    ),
    (
        "D16 HEAD~",
        "release.rollback-rebuilds",
        {"rollback.sh": "git checkout HEAD~1\ndocker compose build\ndocker compose up -d\n"},
    ),
    (
        "D16 reset",
        "release.rollback-rebuilds",
        {"scripts/rollback-production.sh": "git reset --hard $1\ndocker compose up -d --build\n"},
    ),
    (
        "D17 docker cp",
        "backup.sqlite-copied",
        {"b.sh": "docker cp api:/app/db.sqlite3 /backups/\n"},
    ),
    (
        "D17 plain",
        "backup.sqlite-copied",
        {"b.sh": "cp /data/app.db /backups/app_$(date +%F).db\n"},
    ),
    (
        "D20",
        "compose.admin-page",
        services('  p:\n    image: dpage/pgadmin4:8\n    ports: ["0.0.0.0:5050:80"]\n'),
    ),
    (
        "D21 bcrypt",
        "code.default-account",
        {"s.py": 'h = bcrypt.hashpw(b"admin123", bcrypt.gensalt())\n'},
    ),
    (
        "D21 js",
        "code.default-account",
        {"seed.ts": "const hash = await bcrypt.hash('admin123', 10)\n"},
    ),
    (
        "D21 multi-line",
        "code.default-account",
        {"s.py": 'u = User(\n  hashed_password=get_password_hash(\n    "admin123"\n  ))\n'},
    ),
    (
        "D21 create",
        "code.default-account",
        {"s.py": 'User.objects.create_superuser("admin", "a@b.c", "admin123")\n'},
    ),
    (
        "D23 apk",
        "images.toolchain",
        {"Dockerfile": "FROM a:1\nRUN apk add --no-cache build-base python3\n"},
    ),
    (
        "D28",
        "environment.plain-http-login",
        {".env.production": "NEXTAUTH_URL=http://a.example.com\nNEXTAUTH_SECRET=\n"},
    ),
    (
        "D29 image tag",
        "release.rollback-tag",
        {"p.sh": "docker image tag a:production a:rollback\n"},
    ),
    (
        "D29 var",
        "release.rollback-tag",
        {"p.sh": 'for s in a b; do\n docker tag "$s:production" "$s:rollback"\ndone\n'},
    ),
    (
        "D30 list",
        "compose.build-time-variable",
        services("  w:\n    build: .\n    environment:\n      - VITE_API=https://a\n"),
    ),
    (
        "D32",
        "compose.queue-priority",
        services(
            '  w:\n    image: a:1\n    command: ["celery","-A","a","worker","--queues=jobs.high,jobs.low"]\n'
        ),
    ),
    ("D33", "environment.repeated", {"a/.env": "JWT_SECRET=x\n", "b/.env": "JWT_SECRET=x\n"}),
    (
        "D34 ??",
        "code.cors-default",
        {"a.ts": 'const o = process.env.CORS_ORIGIN ?? "http://localhost:3000"\n'},
    ),
    (
        "D34 python-decouple",
        "code.cors-default",
        {"a.py": "ORIGINS = config('CORS_ORIGINS', default='http://localhost:3000', cast=Csv())\n"},
    ),
    (
        "R059 python-decouple",
        "code.secret-default",
        {"a.py": "SECRET_KEY = config('SECRET_KEY', default='django-insecure-k3y')\n"},
    ),
    (
        "R059 django-environ",
        "code.secret-default",
        {"a.py": "SECRET_KEY = env.str('SECRET_KEY', default=\"django-insecure-k3y\")\n"},
    ),
    (
        "D34 list",
        "code.cors-default",
        {
            "a.py": 'class services(BaseSettings):\n    cors_origins: list[str] = ["http://localhost:3000"]\n'
        },
    ),
    (
        "D11 map",
        "environment.localhost-in-container",
        services("  w:\n    image: a:1\n    environment:\n      BROKER: redis://127.0.0.1:6379\n"),
    ),
    (
        "D13 rclone",
        "backup.never-expires",
        {"b.sh": 'find /b -name "*.gz" -mtime +7 -exec rm {} \\;\nrclone copy /b remote:b\n'},
    ),
    (
        "D04 docker exec",
        "backup.hidden-failure",
        {"b.sh": "#!/bin/bash\ndocker compose exec -T db pg_dump -U a a | gzip > a.gz\n"},
    ),
    (
        "D04 braces",
        "backup.dump-address",
        {
            "b.sh": 'pg_dump "${DATABASE_URL}" > a\n',
            ".env": "DATABASE_URL=postgresql+psycopg2://a@b/c\n",
        },
    ),
    (
        "D25 names",
        "environment.shared-database",
        {
            ".env.common": "MONGO_URI=mongodb://a/b\n",
            ".env.staging": "A=1\n",
            ".env.production": "A=1\n",
        },
    ),
    (
        "D12 compose",
        "backup.without-base",
        services(
            "  d:\n    image: postgres:16\n    command: postgres -c archive_mode=on -c archive_command=cp\n"
        ),
    ),
    (
        "D15 cors",
        "proxy.name-without-route",
        {
            "nginx/a.conf": "server { listen 80; server_name a.example; location / { return 200; } }\n",
            "d.md": "```bash\ncertbot certonly --webroot -w /w --domains a.example,www.a.example\n```\n",
        },
    ),
    (
        "D19 en",
        "environment.optional-among-required",
        {".env.example": "# Required\nA=\nB=x # optional\n"},
    ),
    (
        "D31",
        "compose.port-beside-proxy",
        services(
            '  p:\n    image: caddy:2\n    ports: ["443:443"]\n  a:\n    build: .\n    ports: ["8080:8080"]\n'
        ),
    ),
    (
        "D18",
        "release.monitored-service",
        {
            **services('  a:\n    image: a:1\n    ports: ["8000:8000"]\n'),
            "d.md": "| Flower | http://203.0.113.4:5555 |\n",
        },
    ),
    (
        "D24",
        "environment.key-twice",
        {
            **services('  a:\n    image: a:1\n    volumes: ["./jwt_private.pem:/k/jwt.pem:ro"]\n'),
            ".env.common": "JWT_PRIVATE_KEY=x\n",
        },
    ),
    ("D26", "environment.number-as-name", {".env.staging": "NEXTAUTH_URL=http://158.1.2.3:4400\n"}),
    (
        "D09",
        "compose.pgvector",
        {
            **services("  d:\n    image: postgres:16\n"),
            "backend/pyproject.toml": '[tool.poetry.dependencies]\npgvector = "^0.3"\n',
        },
    ),
    (
        "D09 alembic",
        "compose.pgvector",
        {
            **services("  d:\n    image: postgres:16\n"),
            "a/versions/1.py": 'op.execute("CREATE EXTENSION IF NOT EXISTS vector")\n',
        },
    ),
    (
        "D09 pep621",
        "compose.pgvector",
        {
            **services("  d:\n    image: postgres:16\n"),
            "pyproject.toml": '[project]\ndependencies = ["fastapi", "pgvector>=0.3"]\n',
        },
    ),
    (
        "D05 script",
        "backup.dump-address",
        {
            "b.sh": "pg_dump $DATABASE_URL\n",
            "apps/server/.env.example": "DATABASE_URL=postgresql://a@b/c?schema=public\n",
        },
    ),
]


@pytest.mark.parametrize(
    ("check", "texts"), [row[1:] for row in FORMS], ids=[row[0] for row in FORMS]
)
def test_another_form_of_a_fault_is_found(check: str, texts: Texts, inspect: Inspect) -> None:
    """D01 to D34."""
    assert inspect(check, texts).result is Result.FAILED


ALLOWED: list[tuple[str, str, Texts]] = [
    (
        "a key that may be absent",
        "code.secret-default",
        {
            "config.py": "from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    api_key: str | None = None\n"
        },
    ),
    (
        "a secret whose default is empty, and an origin that is none",
        "code.secret-default",
        {"config.py": "KEY = config('SECRET_KEY', default='')\nLEVEL = env('LOG_LEVEL', 'info')\n"},
    ),
    (
        "a job for everything but tags",
        "pipeline.unreachable-job",
        {
            ".github/workflows/d.yml": "on:\n  push:\n    branches: [main]\njobs:\n  p:\n"
            "    if: ${{ !startsWith(github.ref, 'refs/tags/') }}\n    steps: []\n"
        },
    ),
    (
        "a port for this machine by long form",
        "compose.published-store",
        services(
            "  r:\n    image: redis:7\n    ports:\n      - {target: 6379, published: '6379', host_ip: 127.0.0.1}\n"
        ),
    ),
    (
        "a password from a variable, in a call over several lines",
        "code.default-account",
        {"s.py": "u = User(\n    hashed=hash_password(\n        settings.password\n    )\n)\n"},
    ),
    (
        "a color that begins with #",
        "environment.comment-as-value",
        {".env": 'COLOR=#336699\nTITLE="# one"\nNAME=shop # the name\n'},
    ),
    (
        "workers of one queue",
        "compose.queue-priority",
        services("  w:\n    image: a:1\n    command: celery -A a worker -Q default\n"),
    ),
    (
        "a restore through a pipe that psql reads",
        "backup.hidden-failure",
        {"copy.sh": "pg_dump a | psql b\n"},
    ),
    (
        "the office's own address",
        "environment.number-as-name",
        {".env.staging": "API_URL=http://192.168.0.4:8000\n"},
    ),
]


@pytest.mark.parametrize(
    ("check", "texts"), [row[1:] for row in ALLOWED], ids=[row[0] for row in ALLOWED]
)
def test_what_only_looks_like_a_fault_is_not_raised(
    check: str, texts: Texts, inspect: Inspect
) -> None:
    assert inspect(check, texts).result is Result.PASSED
