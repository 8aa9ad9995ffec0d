"""Staging and production on one database."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.facts.env import EnvFile
from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_STORE = re.compile(r"^(\w+_)?(DATABASE|DB|POSTGRES|MYSQL|MONGO\w*|REDIS)_(URL|URI|DSN|NAME|HOST)$")


@check(
    "environment.shared-database",
    ERROR,
    needs=needs.ENV_FILES,
    serves=("D25", "R096"),
    title=Words("Staging has a database of its own", "스테이징 전용 데이터베이스가 있다"),
    fix=Words(
        "move it to .env.staging and .env.production, with a database each",
        ".env.staging과 .env.production으로 옮기고 데이터베이스를 따로 두세요",
    ),
)
def shared_database(facts: Facts) -> Iterator[Finding]:
    """Find them: a migration tried on staging is one on production's data."""
    for common in facts.env_files:
        if common.environment != "common":
            continue
        staging, production = (_sibling(facts, common, name) for name in ("staging", "production"))
        if staging is None or production is None:
            continue
        for item in common.variables:
            overridden = staging.get(item.key) and production.get(item.key)
            if _STORE.match(item.key) and item.value and "$" not in item.raw and not overridden:
                yield Finding(
                    place=Place(common.path, item.line),
                    wrong=Words(
                        f"staging and production share the {item.key} of this file",
                        f"스테이징과 프로덕션이 이 파일의 {item.key}을(를) 함께 씁니다",
                    ),
                )


def _sibling(facts: Facts, common: EnvFile, environment: str) -> EnvFile | None:
    for file in facts.env_files:
        if file.environment == environment and file.directory == common.directory:
            return file
    return None
