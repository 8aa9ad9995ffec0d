"""What init reads beside the Compose file: code, folders of variables, tables, stores."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shipway.cli.init import draft
from shipway.spec.contract.clues import Clue, Use
from shipway.spec.contract.infer import infer

Make = Callable[..., str]

STORES = """
  postgres:
    image: postgres:16
    environment: {POSTGRES_USER: app, POSTGRES_DB: shop, POSTGRES_PASSWORD: "${DB_PASSWORD:?}"}
    volumes: ["data:/var/lib/postgresql/data"]
volumes: {data: {}}
"""
PYTHON = 'FROM python:3.12-slim\nCMD ["uvicorn", "app.main:app"]\n'
ONE_IMAGE = """
services:
  api: {build: ./backend, command: [uvicorn, "app.main:app"], expose: ["8000"]}
  worker: {build: ./backend, command: [celery, -A, app.jobs, worker]}
  beat: {build: ./backend, command: [celery, -A, app.jobs, beat]}
  flower: {build: ./backend, command: [celery, flower], expose: ["5555"]}
"""
CODE = {
    "backend/Dockerfile": PYTHON,
    "backend/app/__init__.py": "",
    "backend/app/config.py": """
from typing import Literal
from pydantic import Field
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    signing_key: str = Field(min_length=40)
    mail_api_key: str = ""
    map_api_key: str = ""
    mode: Literal["mock", "live"] = "mock"
    origins: str = ""

    @property
    def pretends(self) -> bool:
        return self.mode == "mock"

settings = Settings()
""",
    "backend/app/main.py": "from app.config import settings\nprint(settings.map_api_key)\n",
    "backend/app/jobs.py": "from app.config import settings\ninclude = ['app.tasks.mails']\n",
    "backend/app/tasks/__init__.py": "",
    "backend/app/tasks/mails.py": """
from app.config import settings
print(settings.mail_api_key, settings.pretends)
""",
    ".env.example": "SIGNING_KEY=\nMAIL_API_KEY=\nMAP_API_KEY=\nMODE=mock\n",
}


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Return a function that writes a project's files and returns what init proposes."""

    def write(**files: str) -> str:
        for name, text in files.items():
            path = tmp_path / "shop" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return draft(tmp_path / "shop")

    return write


def line(text: str, start: str) -> str:
    return next(item.strip() for item in text.split("\n") if item.strip().startswith(start))


def test_services_of_one_image_get_what_their_own_command_reaches(make: Make) -> None:
    """Followed through imports, strings that Celery imports (beat runs no task), properties."""
    text = make(**{"compose.yaml": ONE_IMAGE, **CODE})
    assert line(text, "SIGNING_KEY:") == (
        "SIGNING_KEY: {generate: hex 32, services: [api, beat, worker], min_length: 40}"
        "  # guessed: generated"
    )
    assert "services: [api]" in line(text, "MAP_API_KEY:")
    assert "services: [worker]" in line(text, "MAIL_API_KEY:")
    assert line(text, "MODE:") == (
        "MODE: {services: [worker], allowed: [mock, live], default: mock}"
    )


def test_a_console_is_closed_with_a_password_of_its_own(make: Make) -> None:
    text = make(**{"compose.yaml": ONE_IMAGE, **CODE})
    assert line(text, "/flower:") == ("/flower: {service: flower, login: {admin: FLOWER_PASSWORD}}")
    assert line(text, "FLOWER_PASSWORD:").startswith(
        "FLOWER_PASSWORD: {generate: password 32, services: []}"
    )


def test_a_clean_checkout_without_its_env_file_is_read_all_the_same(make: Make) -> None:
    compose = 'services:\n  api: {build: ., ports: ["80:80"], env_file: .env}\n'
    text = make(**{"compose.yaml": compose, "Dockerfile": PYTHON})
    assert "# - api: .env" in text.split("\n")
    assert "/: api" in text


def test_files_of_variables_by_environment_become_its_layers(make: Make) -> None:
    text = make(
        **{
            "compose.yaml": 'services:\n  api: {build: ., ports: ["80:80"]}\n',
            "Dockerfile": PYTHON,
            "config/.env.common": "TZ=Asia/Seoul\nRETRIES=3\n",
            "config/.env.staging": "SITE_PORT=4410\nSITE_URL=https://s.kr\n",
            "config/.env.production": "SITE_PORT=4510\nSITE_URL=https://p.kr\n",
        }
    )
    assert line(text, "env_files:") == "env_files: [config/.env.common]"
    assert line(text, "staging:") == "staging: {port: 4410, env_files: [config/.env.staging]}"
    assert line(text, "SITE_URL:") == (
        "SITE_URL: {required: true, source: per-environment, type: url}"
    )
    assert "https://p.kr" not in text


def test_a_table_of_the_readme_tells_more_than_names(make: Make) -> None:
    compose = (
        "services:\n"
        '  entry: {build: ./entry, expose: ["1"]}\n'
        '  deals: {build: ./deals, expose: ["2"]}\n'
        '  bills: {build: ./bills, expose: ["3"]}\n'
    )
    text = make(
        **{
            "compose.yaml": compose,
            "README.md": "| `entry` | `/` |\n|---|---|\n| `deals` | `/sales` |\n| `bills` | `/money` |\n",
            **{f"{name}/Dockerfile": PYTHON for name in ("entry", "deals", "bills")},
            "bills/server.js": 'app.get("/money/all")',
        }
    )
    assert line(text, "/sales:") == "/sales: {service: deals, strip: true}"
    assert line(text, "/money:") == "/money: bills"
    assert line(text, "/: entry")


def test_where_nothing_takes_requests_that_is_said(make: Make) -> None:
    text = make(**{"compose.yaml": f"services:{STORES}"})
    assert line(text, "routes:") == "routes: []"


def test_a_database_s_address_is_made_of_its_password(make: Make) -> None:
    text = make(
        **{
            "compose.yaml": 'services:\n  api: {build: ., ports: ["80:80"]}' + STORES,
            "Dockerfile": PYTHON,
            "main.py": "import os\nos.environ['DATABASE_URL']\n",
            ".env.example": "DB_PASSWORD=\n# postgresql+psycopg://a:PASSWORD@postgres:5432/b\nDATABASE_URL=\n",
        }
    )
    assert line(text, "DATABASE_URL:").startswith(
        'DATABASE_URL: {derive: "postgresql+psycopg://app:${DB_PASSWORD}@postgres:5432/shop"}'
    )
    assert line(text, "log_slow_queries: true")


def test_buckets_of_a_store_are_copied_instead_of_its_volume(make: Make) -> None:
    compose = """
services:
  api:
    build: .
    ports: ["80:80"]
    environment: {S3_ENDPOINT: "http://minio:9000", S3_BUCKET: media, S3_REGION: eu-1}
  minio: {image: "minio/minio", command: [server, /data], volumes: ["blobs:/data"]}
volumes: {blobs: {}}
"""
    text = make(**{"compose.yaml": compose, "Dockerfile": PYTHON})
    assert line(text, "- {bucket") == (
        '- {bucket: media, endpoint: "http://minio:9000", region: eu-1}'
    )
    assert line(text, "exclude:").startswith("exclude: [blobs]")


@pytest.mark.parametrize(
    ("clues", "said"),
    [
        (
            [
                Clue(key="AI_PROVIDER", where="e", value="mock", section="Who: mock or openai"),
                Clue(key="OPENAI_API_KEY", where="e"),
            ],
            "OPENAI_API_KEY: {required: {AI_PROVIDER: openai}}",
        ),
        (
            [
                Clue(key="MODE", where="s", choices=("mock", "live"), value="mock"),
                Clue(key="PAY_ID", where="e", section="Pay"),
                Clue(key="PAY_SECRET", where="e", section="Pay"),
            ],
            "PAY_SECRET: {group: pay}",
        ),
        (
            [Clue(key="A_SECRET", where="e", section="필수", comment="optional")],
            "A_SECRET: {secret",
        ),
        (
            [
                Clue(key="QUEUE", where="a", value="jobs", section="the same as the worker's"),
                Clue(key="QUEUE", where="b", value="jobs", section="the same as the server's"),
            ],
            "QUEUE: {default: jobs, same: true}",
        ),
        (
            [Clue(key="DEV", where="e", value="true", section="logins: off in production")],
            'DEV: {default: "true", fixed: {production: "false"}, type: bool}',
        ),
    ],
)
def test_what_variables_have_to_do_with_each_other(clues: list[Clue], said: str) -> None:
    lines = infer(clues, {clue.key: Use() for clue in clues})
    assert any(item.strip().startswith(said) for item in lines), lines
