"""Secrets with a default in the code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs
from shipway.spec.secretwords import is_secret, url_password

_PYTHON = re.compile(
    r"(getenv|environ\.get)\(\s*[\"'](?P<key>\w+)[\"']\s*,\s*[\"'](?P<value>[^\"']+)[\"']"
)
_JAVASCRIPT = re.compile(
    r"process\.env\.(?P<key>\w+)\s*(\|\||\?\?)\s*[\"'`](?P<value>[^\"'`]+)[\"'`]"
)


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
    for path in facts.code:
        for number, line in facts.files.numbered(path):
            found = _PYTHON.search(line) or _JAVASCRIPT.search(line)
            if (
                found
                and (is_secret(found["key"]) or url_password(found["value"]))
                and not facts.always_set(found["key"], path)
            ):
                yield _finding(Place(path, number), found["key"])
    for settings in facts.settings:
        for item in settings.fields:
            default = item.default or ""
            known = (default and is_secret(item.name)) or url_password(default)
            if known and not facts.always_set(settings.key(item), settings.path):
                yield _finding(Place(settings.path, item.line), item.name)


def _finding(place: Place, key: str) -> Finding:
    return Finding(
        place=place,
        wrong=Words(
            f"without {key} the application runs with the value in this line",
            f"{key}이(가) 없으면 이 줄에 적힌 값으로 실행됩니다",
        ),
    )
