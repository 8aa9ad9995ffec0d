"""The same value kept in several files: they drift apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.facts.env import EnvFile, EnvVariable
from shipway.checks.kit import WARNING, Facts, Finding, Place, Words, check, needs

_EVERYWHERE = re.compile(
    r"^(NODE_ENV|APP_ENV|ENVIRONMENT|ENV|DEBUG|LOG_LEVEL|PORT|HOST|HOSTNAME|TZ|PYTHON\w*|.*_PORT)$"
)


@check(
    "environment.repeated",
    WARNING,
    needs=needs.ENV_FILES,
    serves=("D33", "R048", "R067"),
    title=Words("Each value is kept in one place", "값마다 한 곳에서만 관리한다"),
    fix=Words(
        "keep it in one file, and let Compose hand it to each service: KEY: ${KEY:?}",
        "한 파일에만 두고 Compose에서 KEY: ${KEY:?}로 각 서비스에 넘기세요",
    ),
)
def repeated(facts: Facts) -> Iterator[Finding]:
    """Find them: one is changed, the others are forgotten, and tokens do not match any more."""
    first: dict[tuple[str, str, str], tuple[EnvFile, EnvVariable]] = {}
    for file in facts.env_files:
        for item in file.variables:
            if not item.value or item.value.startswith("#") or "$" in item.raw:
                continue
            if _EVERYWHERE.match(item.key):
                continue
            kept, _ = first.setdefault((file.role, file.environment, item.key), (file, item))
            if kept.directory != file.directory:
                yield Finding(
                    place=Place(file.path, item.line),
                    wrong=Words(
                        f"{item.key} stands in {kept.path} too; the two drift apart",
                        f"{item.key}이(가) {kept.path}에도 있어 서로 달라질 수 있습니다",
                    ),
                )
