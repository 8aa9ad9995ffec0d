"""Answers without the headers that keep browsers from being misused."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.kit import NOTICE, Facts, Finding, Place, Words, check, needs

_WANTED = ("x-content-type-options", "strict-transport-security")


@check(
    "proxy.security-headers",
    NOTICE,
    needs=needs.NGINX,
    serves=("R140",),
    title=Words("The proxy adds security headers", "프록시가 보안 헤더를 붙인다"),
    fix=Words(
        "add_header X-Content-Type-Options nosniff always; add_header Strict-Transport-Security"
        ' "max-age=31536000" always;',
        "add_header X-Content-Type-Options nosniff always; add_header Strict-Transport-Security"
        ' "max-age=31536000" always;를 넣으세요',
    ),
)
def security_headers(facts: Facts) -> Iterator[Finding]:
    """Find servers with TLS that lack them; plain ones have a check of their own."""
    for file in facts.nginx:
        for server in file.servers():
            listens = [item for item in server.all("listen") if "ssl" in item.args]
            everywhere = [
                *file.top.block,
                *(i for h in file.top.block if h.name == "http" for i in h.block),
            ]
            added = {
                item.args[0].lower()
                for item in (
                    *server.all("add_header"),
                    *(i for i in everywhere if i.name == "add_header"),
                )
                if item.args
            }
            missing = [name for name in _WANTED if name not in added]
            if listens and missing:
                yield Finding(
                    place=Place(file.path, listens[0].line),
                    wrong=Words(
                        f"lacks {', '.join(missing)}", f"{', '.join(missing)} 헤더가 없습니다"
                    ),
                )
