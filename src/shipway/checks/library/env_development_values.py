"""Development's values where production is meant."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_TRUE = frozenset({"1", "true", "yes", "on"})
_ENVIRONMENT_KEYS = frozenset(
    {"NODE_ENV", "APP_ENV", "ENVIRONMENT", "FLASK_ENV", "RAILS_ENV", "DJANGO_ENV"}
)
_DEVELOPMENT = frozenset({"development", "dev", "local", "debug", "test"})


@check(
    "environment.development-values",
    ERROR,
    needs=needs.FILES,
    serves=("R058", "R040", "R175", "R034"),
    title=Words("Production has no value of development", "프로덕션에 개발용 값이 없다"),
    fix=Words(
        "DEBUG=false, NODE_ENV=production, LOG_LEVEL=WARNING",
        "DEBUG=false, NODE_ENV=production, LOG_LEVEL=WARNING으로 바꾸세요",
    ),
)
def development_values(facts: Facts) -> Iterator[Finding]:
    """Find them: debug pages show the source and the secrets to whoever provokes an error."""
    for file in facts.env_files:
        if file.environment == "production":
            for item in file.variables:
                if _bad(item.key, item.value):
                    yield _finding(Place(file.path, item.line), item.key, item.value)
    for service in facts.services:
        for key, value, place in service.written_environment():
            if _bad(key, value):
                yield _finding(place, key, value)


def _bad(key: str, value: str) -> bool:
    name, text = key.upper(), value.strip().lower()
    if name in {"DEBUG", "FLASK_DEBUG", "DJANGO_DEBUG", "APP_DEBUG"}:
        return text in _TRUE
    if name in _ENVIRONMENT_KEYS:
        return text in _DEVELOPMENT
    return name == "LOG_LEVEL" and text == "debug"


def _finding(place: Place, key: str, value: str) -> Finding:
    return Finding(
        place=place,
        wrong=Words(f"{key}={value} in production", f"프로덕션에서 {key}={value}입니다"),
    )
