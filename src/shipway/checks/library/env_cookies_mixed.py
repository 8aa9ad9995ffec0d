"""Staging and production on one host name: browsers send each the other's cookies."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from shipway.checks.facts.env import EnvFile
from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_ADDRESS_KEYS = ("PUBLIC_URL", "APP_URL", "BASE_URL", "SITE_URL", "FRONTEND_URL")


@check(
    "environment.cookies-mixed",
    ERROR,
    needs=needs.ENV_FILES,
    serves=("D27", "R096"),
    title=Words(
        "Staging and production do not share cookies",
        "스테이징과 프로덕션이 쿠키를 공유하지 않는다",
    ),
    fix=Words(
        "give staging a host name outside of production's cookie domain: ports do not part cookies",
        "스테이징에 프로덕션 쿠키 도메인 밖의 이름을 주세요. 포트는 쿠키를 나누지 못합니다",
    ),
)
def cookies_mixed(facts: Facts) -> Iterator[Finding]:
    """Find them: a login on staging logs out of production, or carries a session across."""
    for production in facts.env_files:
        if production.environment != "production":
            continue
        for staging in facts.env_files:
            if staging.environment == "staging" and staging.directory == production.directory:
                yield from _mixed(staging, production)


def _mixed(staging: EnvFile, production: EnvFile) -> Iterator[Finding]:
    domain = production.get("COOKIE_DOMAIN")
    covered = domain.value.lstrip(".") if domain else ""
    for key in _ADDRESS_KEYS:
        mine, theirs = staging.get(key), production.get(key)
        host = urlsplit(mine.value).hostname if mine else None
        other = urlsplit(theirs.value).hostname if theirs else None
        if mine is None or not host:
            continue
        if host == other or (covered and (host == covered or host.endswith(f".{covered}"))):
            yield Finding(
                place=Place(staging.path, mine.line),
                wrong=Words(
                    f"{host} gets production's cookies too",
                    f"{host}에도 프로덕션 쿠키가 전송됩니다",
                ),
            )
