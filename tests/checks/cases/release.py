from __future__ import annotations

from tests.checks.cases.shape import Case, compose

WORKFLOW = ".github/workflows/deploy.yml"
DEPLOY = """
    name: deploy
    on:
      push:
        branches: [main]
        tags: ["v*"]
    jobs:
      staging:
        if: github.ref == 'refs/heads/main'
        runs-on: ubuntu-latest
        steps:
          - run: docker compose -f compose.prod.yaml build
          - run: docker compose -f compose.prod.yaml push
          - run: ssh staging "cd /app && docker compose -f compose.prod.yaml pull && docker compose -f compose.prod.yaml up -d"
      production:
        if: startsWith(github.ref, 'refs/tags/v')
        environment: production
        runs-on: ubuntu-latest
        steps:
          - run: ssh production "shipway promote -y"
    """

CASES = [
    Case(
        "release.rollback-rebuilds",
        {
            "scripts/rollback.sh": """
                git checkout "$1"
                docker compose up -d --build⟵
                """
        },
        {"scripts/rollback.sh": "docker tag shop:rollback shop:production\ndocker compose up -d\n"},
    ),
    Case(
        "release.down-first",
        {"deploy.sh": "docker compose down⟵\ndocker compose up -d\n"},
        {
            "deploy.sh": "docker compose pull\ndocker compose up -d\n",
            "stop.sh": "docker compose down\n",
        },
    ),
    Case(
        "release.rollback-tag",
        {
            "scripts/promote.sh": """
                docker tag shop:production shop:rollback⟵
                docker tag shop:staging shop:production
                """
        },
        {
            "scripts/promote.sh": """
                new=$(docker image inspect --format '{{.Id}}' shop:staging)
                old=$(docker image inspect --format '{{.Id}}' shop:production)
                [ "$new" = "$old" ] && exit 0
                docker tag shop:production shop:rollback
                """
        },
    ),
    Case(
        "release.monitored-service",
        compose("""
            api:
              image: api:1
              ports: ["8000:8000"]
            """)
        | {
            "docs/monitoring.md": "| Flower | `http://{SERVER_IP}:5555` |⟵\n| API | http://{SERVER_IP}:8000 |\n"
        },
        compose("""
            api:
              image: api:1
              ports: ["8000:8000"]
            """)
        | {
            "docs/monitoring.md": "| API | http://{SERVER_IP}:8000/health |\nhttp://localhost:9999\n"
        },
    ),
    Case(
        "release.document-image",
        compose("""
            postgres:
              image: pgvector/pgvector:pg16
            """)
        | {"docs/services.md": "| service | image |\n| postgres | postgres:16-alpine |⟵\n"},
        compose("""
            postgres:
              image: pgvector/pgvector:pg16
            """)
        | {
            "docs/services.md": "| postgres | 5432 | pgvector/pgvector:pg16 |\n| redis | redis:7 |\n"
        },
    ),
    Case(
        "backup.dump-address",
        {
            ".env.example": "DATABASE_URL=postgresql+asyncpg://shop@db/shop\nOTHER_URL=postgresql://shop@db/shop?schema=public\n",
            "backup.sh": 'set -o pipefail\npg_dump $DATABASE_URL > a.sql⟵\npg_dump "$OTHER_URL" > b.sql⟵\n',
        },
        {
            ".env.example": "DATABASE_URL=postgresql://shop@db/shop\nAPP_URL=postgresql+asyncpg://shop@db/shop\n",
            "backup.sh": 'pg_dump $DATABASE_URL > a.sql\npg_dump "${APP_URL/+asyncpg/}" > b.sql\n',
        },
    ),
    Case(
        "backup.hidden-failure",
        {"backup.sh": "#!/bin/bash\npg_dump shop | gzip > a.gz⟵\n"},
        {"backup.sh": "#!/bin/bash\nset -euo pipefail\npg_dump shop | gzip > a.gz\n"},
    ),
    Case(
        "backup.never-expires",
        {"backup.sh": "aws s3 cp a.gz s3://backups/⟵\nfind /backups -mtime +30 -delete\n"},
        {
            "backup.sh": "aws s3 cp a.gz s3://backups/\nfind /backups -mtime +30 -delete\n",
            "setup.sh": "aws s3api put-bucket-lifecycle-configuration --bucket backups\n",
        },
    ),
    Case(
        "backup.sqlite-copied",
        {"restore.sh": "cp backups/app_1.sqlite app.sqlite⟵\ndocker compose restart api\n"},
        {
            "restore.sh": "docker compose stop api\ncp backups/app_1.sqlite app.sqlite\n",
            "backup.sh": 'sqlite3 app.db ".backup saved.db"\n',
        },
    ),
    Case(
        "backup.without-base",
        {"docs/backup.md": "| PostgreSQL | `pg_dump` |\n| WAL | WAL 아카이빙, PITR 지원 |⟵\n"},
        {"docs/backup.md": "| PostgreSQL | `pg_basebackup` |\n| WAL | PITR |\n"},
    ),
    Case(
        "pipeline.unreachable-job",
        {
            WORKFLOW: """
                on:
                  push:
                    branches: [main]
                jobs:
                  production:
                    if: startsWith(github.ref, 'refs/tags/v')⟵
                    runs-on: ubuntu-latest
                    steps: [{run: make}]
                  mobile:
                    if: ${{ contains(github.ref, 'refs/tags/') }}⟵
                    steps: [{run: make}]
                """
        },
        {WORKFLOW: DEPLOY},
    ),
    Case(
        "pipeline.needs-skipped",
        {
            WORKFLOW: DEPLOY.replace(
                "        environment:", "        needs: staging⟵\n        environment:"
            )
        },
        {WORKFLOW: DEPLOY},
    ),
    Case(
        "pipeline.rebuilds-for-production",
        {WORKFLOW: DEPLOY.replace('ssh production "shipway promote -y"', "docker compose build⟵")},
        {WORKFLOW: DEPLOY},
    ),
    Case(
        "pipeline.compose-file-differs",
        {
            WORKFLOW: DEPLOY.replace(
                'docker compose -f compose.prod.yaml pull && docker compose -f compose.prod.yaml up -d"',
                'docker compose pull && docker compose up -d"⟵',
            )
        },
        {WORKFLOW: DEPLOY},
    ),
    Case(
        "pipeline.database-differs",
        compose("""
            db:
              image: pgvector/pgvector:pg16
            """)
        | {
            WORKFLOW: """
                on: push
                jobs:
                  test:
                    services:
                      postgres:
                        image: postgres:15⟵
                    steps: [{run: make}]
                """
        },
        compose("""
            db:
              image: postgres:16
            """)
        | {
            WORKFLOW: """
                on: push
                jobs:
                  test:
                    services:
                      postgres:
                        image: postgres:16
                      redis:
                        image: redis:7
                    steps: [{run: make}]
                """
        },
    ),
]
