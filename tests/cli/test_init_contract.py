"""The contract that init proposes."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.errors import Problem
from shipway.spec import load_application
from shipway.spec.contract.clues import Clue
from shipway.spec.contract.infer import infer
from tests.cli.conftest import Type

COMPOSE = """
services:
  api:
    build: ./api
    ports: ["8000:8000"]
    environment: {DATABASE_URL: "postgres://app:${DB_PASSWORD:?set it}@db/app"}
  web: {build: ./web, ports: ["3000:3000"]}
  db:
    image: postgres:16
    environment: {POSTGRES_PASSWORD: "${DB_PASSWORD:?set it}"}
    volumes: ["data:/var/lib/postgresql/data"]
volumes: {data: {}}
"""

EXAMPLE = """\
# ── 필수 ──
JWT_SECRET_KEY=          # JWT 서명 키 (최소 32자 랜덤 문자열, openssl rand -hex 32)
OPENAI_API_KEY=sk-...    # GPT-4
LOG_LEVEL=INFO           # DEBUG | INFO | WARNING
DEBUG=true

# ── 선택 ──
GOOGLE_CLIENT_ID=
GOOGLE_CLIENT_SECRET=
"""

SETTINGS = """\
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    REDIS_URL: str
    WS_MAX_CONNECTIONS: int = 1000
"""


PAIR = "JWT_PRIVATE_KEY: {generate: rs256, public: JWT_PUBLIC_KEY}  # guessed: a pair for RS256"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "shop"
    for name, text in {
        "compose.yaml": COMPOSE,
        "api/Dockerfile": 'FROM python:3.11-slim\nCMD ["python"]\n',
        "web/Dockerfile": 'FROM node:20\nCMD ["node"]\n',
        "api/.env.example": EXAMPLE,
        "api/settings.py": SETTINGS,
    }.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(directory)
    return directory


def test_init_proposes_a_contract_from_what_is_written_and_marks_what_it_guessed(
    project: Path, typed: Type
) -> None:
    """R055, R056, D01: a comment becomes documentation, never a value."""
    result = typed("init")
    assert result.code == 0, result.err
    text = (project / "shipway.yaml").read_text()
    assert (
        _section(text)
        == """\
contract:
  # api/.env.example
  JWT_SECRET_KEY: {generate: hex 32, services: [api], \
about: "JWT 서명 키 (최소 32자 랜덤 문자열, openssl rand -hex 32)", min_length: 32}
  OPENAI_API_KEY: {required: true, services: [api], about: GPT-4}  \
# guessed: required, as '필수' says
  LOG_LEVEL: {required: true, services: [api], allowed: [DEBUG, INFO, WARNING]}  \
# guessed: required, as '필수' says
  DEBUG: {services: [api], default: "true", fixed: {production: "false"}, type: bool}
  GOOGLE_CLIENT_ID: {services: [api], group: google}  # guessed: all of its group or none
  GOOGLE_CLIENT_SECRET: {services: [api], group: google}  # guessed: all of its group or none
  # api/settings.py
  REDIS_URL: {required: true, services: [api], type: url}
  # compose.yaml
  DB_PASSWORD: {generate: password 32, services: []}  # guessed: generated"""
    )


def test_the_proposed_contract_refuses_until_it_is_kept(project: Path, typed: Type) -> None:
    """R038."""
    typed("init")
    with pytest.raises(Problem) as caught:
        load_application(project, environment="staging", variables={"DB_PASSWORD": "x" * 30})
    assert caught.value.kind == "contract-broken"
    assert "api: JWT_SECRET_KEY has no value (required)" in caught.value.details
    assert "api: REDIS_URL has no value (required)" in caught.value.details


def test_a_project_without_any_clue_gets_no_contract(project: Path, typed: Type) -> None:
    (project / "api/.env.example").unlink()
    (project / "api/settings.py").unlink()
    (project / "compose.yaml").write_text(COMPOSE.replace("${DB_PASSWORD:?set it}", "x"))
    typed("init")
    assert "contract:" not in (project / "shipway.yaml").read_text()


@pytest.mark.parametrize(
    ("clues", "lines"),
    [
        ([Clue(key="PORT", where="e", value="8000")], ["PORT: {default: 8000, type: int}"]),
        (
            [Clue(key="SITE", where="e", value="https://a.kr")],
            ["SITE: {default: https://a.kr, type: url}"],
        ),
        ([Clue(key="VITE_API", where="e")], ["VITE_API: {build_time: true}"]),
        ([Clue(key="NAME", where="e", value="shop")], []),
        ([Clue(key="A", where="s", needed=True)], ["A: required"]),
        ([Clue(key="A", where="s", needed=False), Clue(key="A", where="e", section="필수")], []),
        (
            [Clue(key="FRONTEND_URL", where="e", section="프로덕션 필수")],
            [
                (
                    "FRONTEND_URL: {required: [production], type: url}"
                    "  # guessed: required, as '프로덕션 필수' says"
                )
            ],
        ),
        (
            [Clue(key="JWT_PRIVATE_KEY", where="e"), Clue(key="JWT_PUBLIC_KEY", where="e")],
            [
                PAIR,
            ],
        ),
    ],
)
def test_each_clue_becomes_a_rule(clues: list[Clue], lines: list[str]) -> None:
    said = [line.strip() for line in infer(clues) if line.startswith("  ") and line[:4] != "  # "]
    assert said == lines


def _section(text: str) -> str:
    lines = text.split("\n")
    start = lines.index("contract:")
    end = next(index for index in range(start, len(lines)) if not lines[index])
    return "\n".join(lines[start:end])
