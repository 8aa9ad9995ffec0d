"""What a repository is made of, read from its manifests."""

from __future__ import annotations

import json

from shipway.toolchain.parts import Language, parts
from shipway.toolchain.wanted import wanted
from tests.toolchain.tree import Tree

POETRY = """
[tool.poetry]
name = "backend"
[tool.poetry.dependencies]
python = "^3.12"
fastapi = "*"
psycopg = "*"
[tool.poetry.group.dev.dependencies]
ruff = "*"
mypy = "*"
pytest = "*"
pytest-cov = "*"
[tool.ruff]
line-length = 100
"""
PACKAGE = json.dumps(
    {
        "packageManager": "pnpm@9.12.0",
        "engines": {"node": ">=20 <23"},
        "scripts": {
            "dev": "vite",
            "lint": "eslint .",
            "type-check": "vue-tsc --noEmit",
            "test:unit": "vitest run",
            "build": "vite build",
        },
        "devDependencies": {"eslint": "9", "vitest": "2", "tailwindcss": "3"},
    },
    indent=2,
)


def test_a_poetry_backend_and_a_pnpm_frontend() -> None:
    tree = Tree(
        {
            "backend/pyproject.toml": POETRY,
            "backend/poetry.lock": "",
            "backend/Dockerfile": "FROM python:3.12-slim\n",
            "frontend/package.json": PACKAGE,
            "frontend/pnpm-lock.yaml": "lockfileVersion: '9.0'\n\nsettings:\n",
            "frontend/.nvmrc": "v20.11.1\n",
            "examples/old/package.json": "{}",
        }
    )
    backend, frontend = parts(tree)
    assert (backend.directory, backend.manager, backend.version) == ("backend", "poetry", "3.12")
    assert [item.line for item in backend.commands] == [
        "poetry run ruff check .",
        "poetry run mypy .",
        "poetry run pytest --cov --cov-report=xml",
    ]
    assert (frontend.language, frontend.manager, frontend.manager_version) == (
        Language.NODE,
        "pnpm",
        "9.12.0",
    )
    assert frontend.version == "20"
    assert [item.line for item in frontend.commands] == [
        "pnpm run lint",
        "pnpm run type-check",
        "pnpm run test:unit",
        "pnpm run build",
    ]


def test_requirements_files_and_a_workspace_with_one_lock_file() -> None:
    tree = Tree(
        {
            "api/requirements.txt": "fastapi==1 \\\n    --hash=sha256:aa\npytest==8\n",
            "api/requirements-dev.txt": "-r requirements.txt\nruff\n",
            "api/test_api.py": "",
            "package.json": '{"private": true, "packageManager": "pnpm@9.0.0"}',
            "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
            "apps/server/package.json": '{"scripts": {"test": "echo \\"no test specified\\""}}',
        }
    )
    root, api, server = parts(tree)
    assert root.manager == "pnpm"
    assert api.requirements == ("api/requirements.txt", "api/requirements-dev.txt")
    assert {"fastapi", "pytest", "ruff"} <= api.libraries
    assert server.lock == "pnpm-lock.yaml"
    assert server.commands == ()


def test_what_files_ask_for_is_named_with_its_place() -> None:
    tree = Tree(
        {
            "web/package.json": PACKAGE,
            "web/.nvmrc": "lts/*\n",
            "api/pyproject.toml": '[project]\nname = "api"\nrequires-python = ">=3.12"\n',
            "api/uv.lock": "",
            "Dockerfile": "FROM --platform=linux/amd64 node:20.11-alpine AS build\nFROM nginx:1\n",
            "compose.prod.yaml": "services: {}\n",
            ".tool-versions": "python 3.12.4\n# nothing\nruby 3\n",
            "railway.toml": "",
        }
    )
    found = {(item.tool, item.range, str(item.source)) for item in wanted(tree)}
    assert found >= {
        ("node", ">=20 <23", "web/package.json:4"),
        ("node", "lts/*", "web/.nvmrc:1"),
        ("pnpm", ">=9.12.0 <10", "web/package.json:2"),
        ("python", ">=3.12", "api/pyproject.toml:3"),
        ("uv", "", "api/uv.lock"),
        ("node", "20.11", "Dockerfile:1"),
        ("docker", "", "compose.prod.yaml"),
        ("python", "3.12.4", ".tool-versions:1"),
        ("railway", "", "railway.toml"),
    }
    assert not any(item.tool == "ruby" for item in wanted(tree))


def test_broken_manifests_say_nothing_and_break_nothing() -> None:
    tree = Tree(
        {"package.json": "{,", "pyproject.toml": "[[", "a/pnpm-lock.yaml": "\t:", "b/Pipfile": ""}
    )
    assert parts(tree) == ()
    assert {item.tool for item in wanted(tree)} == {"node", "pnpm"}
