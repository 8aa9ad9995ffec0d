"""A healthcheck that asks for another user than the database has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import WARNING, Facts, Finding, Words, check, needs

_USER = re.compile(r"pg_isready\b.*?(-U|--username)[ =]?[\"']?(?P<user>[\w.-]+)")


@check(
    "compose.health-user",
    WARNING,
    needs=needs.SERVICES,
    serves=("D11", "R029"),
    title=Words(
        "Healthchecks ask as the database's own user", "헬스체크가 실제 DB 사용자로 확인한다"
    ),
    fix=Words(
        'write `pg_isready -U "$$POSTGRES_USER"`: Compose hands `$$` on as `$`',
        '`pg_isready -U "$$POSTGRES_USER"`로 쓰세요. Compose는 `$$`를 `$`로 넘깁니다',
    ),
)
def health_user(facts: Facts) -> Iterator[Finding]:
    """Find them: with another user, every probe writes FATAL into the database's log."""
    for service in facts.services:
        user = next(
            (value for key, value, _ in service.written_environment() if key == "POSTGRES_USER"), ""
        )
        test = (service.definition.get("healthcheck") or {}).get("test") or ()
        found = _USER.search(" ".join(str(part) for part in test))
        if found and user and found["user"] != user:
            yield Finding(
                place=service.place("healthcheck", "test"),
                wrong=Words(
                    f"{service.name}: asks as {found['user']}, but the user is {user}",
                    f"{service.name}: {found['user']}(으)로 확인하지만 실제 사용자는 {user}입니다",
                ),
            )
