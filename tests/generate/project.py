"""A project of the operations document's shape: two parts, three stores, two environments."""

from __future__ import annotations

import subprocess
from pathlib import Path

COMPOSE = """
services:
  backend:
    build: ./backend
    command: uvicorn app.main:app --host 0.0.0.0 --port 8000 --workers 4
    environment:
      DATABASE_URL: postgresql+asyncpg://sns:${DB_PASSWORD:?}@postgres:5432/sns
      REDIS_URL: redis://redis:6379/0
      SECRET_KEY: ${SECRET_KEY:?}
    ports: ["8000:8000"]
  worker:
    build: ./backend
    command: celery -A app.worker worker -Q critical,high
    environment: {REDIS_URL: "redis://redis:6379/0"}
  frontend:
    build: ./frontend
    ports: ["3000:3000"]
  postgres:
    image: pgvector/pgvector:pg16
    environment: {POSTGRES_USER: sns, POSTGRES_PASSWORD: "${DB_PASSWORD:?}", POSTGRES_DB: sns}
    volumes: ["pg:/var/lib/postgresql/data"]
  redis: {image: "redis:7-alpine", volumes: ["queue:/data"]}
  minio: {image: minio/minio, command: server /data, volumes: ["media:/data"]}
volumes: {pg: {}, queue: {}, media: {}}
"""
SPEC = """
project: sns
environments:
  staging: {port: 4400, hosts: [staging.example.com], tls: auto}
  production: {hosts: [example.com], tls: auto}
routes: {/api: backend, /: frontend}
"""
POETRY = """
[tool.poetry]
name = "backend"
[tool.poetry.dependencies]
python = "^3.12"
[tool.poetry.group.dev.dependencies]
ruff = "*"
mypy = "*"
pytest = "*"
pytest-cov = "*"
"""
PACKAGE = """{
  "packageManager": "pnpm@9.12.0",
  "engines": {"node": ">=20"},
  "scripts": {"lint": "eslint .", "type-check": "tsc --noEmit", "test": "vitest run"},
  "devDependencies": {"eslint": "9", "prettier": "3", "tailwindcss": "3", "vitest": "2"}
}
"""
FILES = {
    "compose.yaml": COMPOSE,
    "shipway.yaml": SPEC,
    "backend/pyproject.toml": POETRY,
    "backend/poetry.lock": "",
    "backend/Dockerfile": 'FROM python:3.12-slim\nCMD ["uvicorn"]\n',
    "frontend/package.json": PACKAGE,
    "frontend/pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    "frontend/Dockerfile": 'FROM node:20-alpine\nCMD ["node"]\n',
    ".env": "DB_PASSWORD=do-not-show-me\nSECRET_KEY=nor-me-0f9b7c31e6d84ab2\n",
    ".gitignore": ".env\n",
}


def write_project(directory: Path, **more: str) -> Path:
    """Write the project into a git repository; `more`: files by path."""
    for name, text in {**FILES, **more}.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    subprocess.run(["git", "init", "-q", "-b", "main", str(directory)], check=True)
    return directory
