"""CORS for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_KEY = re.compile(r"CORS|ALLOWED_ORIGINS", re.IGNORECASE)


@check(
    "environment.wildcard-cors",
    ERROR,
    needs=needs.FILES,
    serves=("R142", "R130"),
    title=Words("CORS names the origins that may ask", "CORS에 허용할 출처만 적혀 있다"),
    fix=Words(
        "list the origins: https://example.com,https://www.example.com",
        "출처를 나열하세요: https://example.com,https://www.example.com",
    ),
)
def wildcard_cors(facts: Facts) -> Iterator[Finding]:
    """Find them: any page on the Internet may then speak to the API."""
    for file in facts.env_files:
        for item in file.variables:
            if _KEY.search(item.key) and _everybody(item.value):
                yield _finding(Place(file.path, item.line), item.key)
    for service in facts.services:
        for key, value, place in service.written_environment():
            if _KEY.search(key) and _everybody(value):
                yield _finding(place, key)


def _everybody(value: str) -> bool:
    return value.strip(" []\"'") == "*" or "*" in value.split(",")


def _finding(place: Place, key: str) -> Finding:
    return Finding(
        place=place,
        wrong=Words(f"{key} lets every origin in", f"{key}이(가) 모든 출처를 허용합니다"),
    )
