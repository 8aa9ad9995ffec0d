"""Secrets that stand in a Compose file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Words, check, needs
from shipway.spec.secretwords import is_secret, url_password

_ARGUMENT = re.compile(r"--(requirepass|password|root-password)[ =](?P<value>[^\s$\"']+)")


@check(
    "compose.written-secret",
    ERROR,
    needs=needs.SERVICES,
    serves=("R061", "R068"),
    title=Words("No secret stands in a Compose file", "Compose 파일에 비밀 값이 적혀 있지 않다"),
    fix=Words(
        "write ${NAME:?} and set the value outside of git; the one that stood here is burnt",
        "${NAME:?}로 바꾸고 값은 git 밖에 두세요. 여기 적혔던 값은 폐기해야 합니다",
    ),
)
def written_secret(facts: Facts) -> Iterator[Finding]:
    """Find them: whoever reads the repository has them, for ever."""
    for service in facts.services:
        for key, value, place in (*service.written_environment(), *service.written_arguments()):
            literal = bool(value) and "$" not in value
            password = url_password(value)
            if (literal and is_secret(key) and not _no_value(value)) or (
                password and "$" not in password
            ):
                yield Finding(
                    place=place,
                    wrong=Words(
                        f"{service.name}: the value of {key} stands here",
                        f"{service.name}: {key} 값이 그대로 적혀 있습니다",
                    ),
                )
        found = service.written("command").text
        if _ARGUMENT.search(found):
            yield Finding(
                place=service.command_place(),
                wrong=Words(
                    f"{service.name}: a password stands in the command",
                    f"{service.name}: 명령에 비밀번호가 적혀 있습니다",
                ),
            )


def _no_value(value: str) -> bool:
    return value.lower() in {"true", "false", "yes", "no", "none"} or value.startswith(
        "/run/secrets/"
    )
