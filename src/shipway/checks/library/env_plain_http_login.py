"""Logins over plain http."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs
from shipway.checks.support import PUBLIC_KEY

_PLAIN = re.compile(r"(^|,)http://(?!localhost|127\.|0\.0\.0\.0|[\w-]+(:|/|$)|host\.docker)")
_LOGIN = re.compile(r"COOKIE|SESSION|JWT|OAUTH|GOOGLE_CLIENT|AUTH_SECRET|NEXTAUTH|SECRET_KEY")


@check(
    "environment.plain-http-login",
    ERROR,
    needs=needs.ENV_FILES,
    serves=("D28", "R137"),
    title=Words("Logins go over https", "로그인이 https로 이루어진다"),
    fix=Words(
        "write https:// and let the proxy redirect port 80",
        "https://로 바꾸고 80 포트는 리다이렉트하세요",
    ),
)
def plain_http_login(facts: Facts) -> Iterator[Finding]:
    """Find them: passwords and cookies can be read on the way, and Google refuses the redirect."""
    login = any(_LOGIN.search(item.key) for file in facts.env_files for item in file.variables)
    if not login:
        return
    for file in facts.env_files:
        if file.environment in {"development", "test"}:
            continue
        for item in file.variables:
            if PUBLIC_KEY.search(item.key) and _PLAIN.search(item.value):
                yield Finding(
                    place=Place(file.path, item.line),
                    wrong=Words(
                        f"{item.key} is plain http, and people log in there",
                        f"{item.key}이(가) http인데 사용자가 로그인하는 주소입니다",
                    ),
                )
