from __future__ import annotations

from tests.checks.cases.shape import Case

CASES = [
    Case(
        "images.shell-form",
        {"Dockerfile": "FROM python:3.12\nCMD uvicorn app:app --port 8000⟵\n"},
        {
            "Dockerfile": 'FROM python:3.12\nCMD ["uvicorn", "app:app"]\n',
            "b/Dockerfile": "FROM python:3.12\nCMD exec uvicorn app:app --port $PORT\n",
        },
    ),
    Case(
        "images.root",
        {
            "Dockerfile": 'FROM python:3.12\nRUN true\nCMD ["python"]⟵\n',
            "b/Dockerfile": "FROM node:20\nUSER root⟵\n",
        },
        {
            "Dockerfile": 'FROM python:3.12\nRUN useradd app\nUSER app\nCMD ["python"]\n',
            "b/Dockerfile": 'FROM node:20 AS base\nUSER node\nFROM base\nCMD ["node"]\n',
            "c/Dockerfile": "FROM nginx:1.27\nCOPY dist /usr/share/nginx/html\n",
        },
    ),
    Case(
        "images.toolchain",
        {
            "Dockerfile": "FROM python:3.12\nRUN apt-get update && apt-get install -y \\⟵\n    gcc \\\n    curl\n"
        },
        {
            "Dockerfile": """
                FROM python:3.12 AS build
                RUN apt-get update && apt-get install -y gcc
                FROM python:3.12-slim
                RUN apk add --no-cache --virtual .build gcc && apk del .build
                COPY --from=build /venv /venv
                """
        },
    ),
    Case(
        "images.latest-base",
        {"Dockerfile": "FROM node⟵\nRUN true\nFROM nginx:latest⟵\n"},
        {"Dockerfile": "ARG V=20\nFROM node:${V} AS build\nFROM build\nFROM scratch\n"},
    ),
    Case(
        "images.secret-inside",
        {
            "Dockerfile": "FROM python:3.12\nENV SECRET_KEY=5f2c9a7be1d04863⟵\nARG NPM_TOKEN=abc⟵\nCOPY .env.production /app/⟵\n"
        },
        {
            "Dockerfile": "FROM python:3.12\nARG NPM_TOKEN\nENV PORT=8000 SECRET_KEY=$KEY\nCOPY .env.example /app/\n"
        },
    ),
    Case(
        "images.ignore-file",
        {"api/Dockerfile": "FROM python:3.12\nCOPY . .⟵\n"},
        {
            "api/Dockerfile": "FROM python:3.12\nCOPY . .\n",
            "api/.dockerignore": ".git\n.env*\n",
            "b/Dockerfile": "FROM a:1\nCOPY src ./src\n",
        },
    ),
    Case(
        "images.cache-order",
        {"Dockerfile": "FROM python:3.12\nCOPY . .⟵\nRUN pip install -r requirements.txt\n"},
        {
            "Dockerfile": "FROM python:3.12\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\n"
        },
    ),
    Case(
        "images.hadolint",
        {"Dockerfile": "FROM python:3.12\nRUN apt-get update && apt-get install curl⟵\n"},
        {"Dockerfile": "FROM python:3.12\nRUN apt-get update && apt-get install -y curl\n"},
    ),
]
