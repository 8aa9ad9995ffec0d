"""examples/jarvis, its files: the contract and the examples of variables, without a server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shipway.spec import load_spec
from shipway.spec.contract.judge import Given, judge
from tests.systems.jarvis import SYSTEM

DIRECTORY = SYSTEM.directory
SECRET = "0f" * 32
COMMON = {
    "NODE_ENV": "production",
    "DATABASE_URL": "postgresql://jarvis:9rZ2mQ8vK1xT5pLw@postgres:5432/jarvis_chat?schema=public",
    "REDIS_URL": "redis://redis:6379",
    "AI_QUEUE_NAME": "jarvis_ai_jobs",
    "PUBSUB_CHANNEL": "jarvis_room_events",
    "AI_PROVIDER": "mock",
}
SERVER = {**COMMON, "JWT_SECRET": SECRET, "CORS_ORIGIN": "https://chat.example.com"}
WORKER = {**COMMON, "OPENAI_MODEL": "gpt-4o-mini"}
INFRA = {"POSTGRES_PASSWORD": "9rZ2mQ8vK1xT5pLw3nYd"}


def verdicts(
    server: dict[str, str] | None = None,
    worker: dict[str, str] | None = None,
    infra: dict[str, str] | None = None,
) -> list[str]:
    """Return what blocks a rollout to production with these changes; an empty value is none."""
    given = [
        Given(service="server", values={**SERVER, **(server or {})}),
        Given(service="worker", values={**WORKER, **(worker or {})}),
    ]
    found = judge(
        load_spec(DIRECTORY).contract,
        "production",
        given,
        layered={**INFRA, **(infra or {})},
    )
    return [str(item) for item in found if item.blocks]


def test_the_documents_values_are_accepted() -> None:
    assert verdicts() == []


@pytest.mark.parametrize(
    ("infra", "said"),
    [
        ({"POSTGRES_PASSWORD": "강력한-비밀번호-설정"}, "POSTGRES_PASSWORD"),
        ({"POSTGRES_PASSWORD": "postgres"}, "POSTGRES_PASSWORD"),
        ({"POSTGRES_PASSWORD": ""}, "POSTGRES_PASSWORD"),
    ],
)
def test_what_must_change_in_production_is_refused_unchanged(
    infra: dict[str, str], said: str
) -> None:
    """R046: with JWT_SECRET and CORS_ORIGIN below."""
    assert any(said in text for text in verdicts(infra=infra))


@pytest.mark.parametrize(
    "server",
    [
        {"NODE_ENV": "development"},
        {"DATABASE_URL": ""},
        {"REDIS_URL": ""},
        {"JWT_SECRET": ""},
        {"JWT_SECRET": "최소-32자-이상-매우-강력한-시크릿-키"},
        {"JWT_SECRET": SECRET[:31]},
        {"CORS_ORIGIN": ""},
        {"CORS_ORIGIN": "*"},
        {"DEV_LOGIN": "true"},
        {"NEWS_PROVIDER": "naver"},
        {"NAVER_CLIENT_ID": "only-one-of-two"},
        {"HOLIDAY_PROVIDER": "datago"},
    ],
    ids=lambda given: "=".join(next(iter(given.items()))),
)
def test_the_server_is_refused_without_what_it_requires(server: dict[str, str]) -> None:
    """R046, R047: the optional ones by feature, all of a feature or none."""
    name = next(iter(server))
    wanted = {"NEWS_PROVIDER": "NAVER", "HOLIDAY_PROVIDER": "HOLIDAY_API_KEY"}.get(name, name)
    wanted = "naver" if name == "NAVER_CLIENT_ID" else wanted
    assert any(wanted.lower() in text.lower() for text in verdicts(server)), verdicts(server)


@pytest.mark.parametrize(
    ("worker", "said"),
    [
        ({"NODE_ENV": ""}, "NODE_ENV"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"REDIS_URL": ""}, "REDIS_URL"),
        ({"AI_PROVIDER": "openai"}, "OPENAI_API_KEY"),
        ({"AI_PROVIDER": "openai", "OPENAI_MODEL": ""}, "OPENAI_MODEL"),
        ({"AI_QUEUE_NAME": "another"}, "AI_QUEUE_NAME"),
        ({"PUBSUB_CHANNEL": "another"}, "PUBSUB_CHANNEL"),
    ],
)
def test_the_worker_is_refused_without_what_it_requires(worker: dict[str, str], said: str) -> None:
    """R048: the key where the provider wants it, the queue and the channel as the server's."""
    assert any(said in text for text in verdicts(worker=worker)), verdicts(worker=worker)


@pytest.mark.parametrize(
    ("example", "code"),
    [
        ("apps/server/env.example", "apps/server/src/lib/env.js"),
        ("apps/worker/env.example", "apps/worker/src/env.js"),
    ],
)
def test_an_example_of_variables_lists_what_the_code_reads(example: str, code: str) -> None:
    """R049: nothing more and nothing less but what the platform sets itself."""
    listed = set(re.findall(r"^([A-Z_]+)=", (DIRECTORY / example).read_text(), re.MULTILINE))
    text = (DIRECTORY / code).read_text()
    read = set(re.findall(r"source\.([A-Z_]+)", text))
    read |= set(re.findall(r"'([A-Z]+_[A-Z_]+)'", text))
    read |= set(re.findall(r"^  ([A-Z_]+): \{ mock", text, re.MULTILINE))
    assert listed | {"PORT", "SHIPWAY_RELEASE", "NODE_ENV"} == read | {
        "PORT",
        "SHIPWAY_RELEASE",
        "NODE_ENV",
    }


def test_the_example_of_infra_lists_what_compose_interpolates() -> None:
    """R049."""
    listed = set(
        re.findall(r"^([A-Z_]+)=", (DIRECTORY / "infra/env.example").read_text(), re.MULTILINE)
    )
    used = set(re.findall(r"\$\{([A-Z_]+)", Path(DIRECTORY / "infra/compose.yaml").read_text()))
    assert listed == used
