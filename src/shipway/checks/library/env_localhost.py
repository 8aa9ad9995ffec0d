"""Connection strings that point at the container itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.facts.env import EnvFile
from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs
from shipway.checks.support import files_for_services

_LOCAL = re.compile(
    r"^(postgres\w*|mysql|mariadb|rediss?|amqps?|mongodb|bolt|neo4j|nats|kafka|clickhouse|memcached)"
    r"(\+\w+)?://([^@/\s]*@)?(localhost|127\.0\.0\.1|\[::1\])\b"
)
_LOCAL_HTTP = re.compile(r"^https?://(localhost|127\.0\.0\.1)\b")


@check(
    "environment.localhost-in-container",
    ERROR,
    needs=needs.SERVICES,
    serves=("D11", "R027"),
    title=Words("Services reach each other by name", "서비스끼리 이름으로 연결한다"),
    fix=Words(
        "write the service's name instead: postgres:5432, redis:6379",
        "localhost 대신 서비스 이름을 쓰세요: postgres:5432, redis:6379",
    ),
)
def localhost_in_container(facts: Facts) -> Iterator[Finding]:
    """Find them: inside a container, localhost is the container."""
    for service in facts.services:
        if service.definition.get("network_mode") == "host":
            continue
        for key, value, place in service.written_environment():
            if _local(key, value):
                yield _finding(place, key)
    for file in files_for_services(facts):
        yield from _in_file(file)


def _in_file(file: EnvFile) -> Iterator[Finding]:
    for item in file.variables:
        if _local(item.key, item.value):
            yield _finding(Place(file.path, item.line), item.key)


def _local(key: str, value: str) -> bool:
    endpoint = key.upper().endswith("_ENDPOINT") and _LOCAL_HTTP.match(value)
    return bool(_LOCAL.match(value) or endpoint)


def _finding(place: Place, key: str) -> Finding:
    return Finding(
        place=place,
        wrong=Words(
            f"{key} names localhost, which is the container itself",
            f"{key}의 localhost는 컨테이너 자신을 가리킵니다",
        ),
    )
