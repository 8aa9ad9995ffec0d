"""Secrets with a default in the code."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs
from shipway.spec.secretwords import is_secret, url_password


@check(
    "code.secret-default",
    ERROR,
    needs=needs.CODE,
    serves=("R059", "R220", "R068"),
    title=Words("No secret has a default in the code", "코드에 비밀 값의 기본값이 없다"),
    fix=Words(
        "drop the default, so that the application refuses to start without it, or make the "
        "variable required in shipway.yaml's contract",
        "기본값을 지워 값이 없으면 시작하지 못하게 하거나, shipway.yaml의 contract에서 필수로 만드세요",
    ),
)
def secret_default(facts: Facts) -> Iterator[Finding]:
    """Find them: the application starts without the variable, with a key that everybody knows.

    Not where the contract sees to it that the variable is always set.
    """
    for item in facts.defaults:
        if (item.value and is_secret(item.name)) or url_password(item.value):
            yield Finding(
                place=Place(item.path, item.line),
                wrong=Words(
                    f"without {item.name} the application runs with the value in this line",
                    f"{item.name}이(가) 없으면 이 줄에 적힌 값으로 실행됩니다",
                ),
            )
