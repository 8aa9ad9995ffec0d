"""Certificates that cannot be renewed, or whose copies grow stale."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_STANDALONE = re.compile(r"\bcertbot\b.*--standalone\b")
_COPY = re.compile(r"\b(cp|rsync|install|scp)\b.*\s/etc/letsencrypt/live/")
_HOOK = re.compile(r"--(deploy|post|renew)-hook|renewal-hooks|certbot renew.*&&")


@check(
    "proxy.certificate-renewal",
    ERROR,
    needs=needs.SCRIPTS,
    serves=("D14", "R091"),
    title=Words("Certificates renew themselves", "인증서가 저절로 갱신된다"),
    fix=Words(
        "certbot certonly --webroot -w DIR, mount /etc/letsencrypt into the proxy, and reload it"
        " with --deploy-hook",
        "certbot certonly --webroot -w 디렉토리로 발급하고 /etc/letsencrypt를 프록시에 마운트한 뒤"
        " --deploy-hook으로 다시 읽게 하세요",
    ),
)
def certificate_renewal(facts: Facts) -> Iterator[Finding]:
    """Find both: 90 days later the site shows a warning to everybody."""
    hooked = any(_HOOK.search(script.text) for script in facts.scripts)
    for script in facts.scripts:
        for line, command in script.commands():
            if _STANDALONE.search(command) and "--pre-hook" not in command:
                yield Finding(
                    place=Place(script.path, line),
                    wrong=Words(
                        "--standalone wants port 80 for itself; once the proxy holds it, renewal"
                        " fails",
                        "--standalone은 80 포트를 직접 쓰므로 프록시가 뜬 뒤에는 갱신이 실패합니다",
                    ),
                )
            if _COPY.search(command) and not hooked:
                yield Finding(
                    place=Place(script.path, line),
                    wrong=Words(
                        "a copy of the certificate is never renewed",
                        "복사한 인증서는 갱신되지 않습니다",
                    ),
                )
