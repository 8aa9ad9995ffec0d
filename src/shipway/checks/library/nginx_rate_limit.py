"""A proxy that lets one client ask as often as it likes."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.kit import NOTICE, Facts, Finding, Place, Words, check, needs


@check(
    "proxy.rate-limit",
    NOTICE,
    needs=needs.NGINX,
    serves=("R139", "R014"),
    title=Words("The proxy limits requests per client", "프록시가 클라이언트별 요청 수를 제한한다"),
    fix=Words(
        "in http: limit_req_zone $binary_remote_addr zone=api:10m rate=60r/m; in /api/:"
        " limit_req zone=api burst=20 nodelay;",
        "http에 limit_req_zone $binary_remote_addr zone=api:10m rate=60r/m; /api/에"
        " limit_req zone=api burst=20 nodelay;를 넣으세요",
    ),
)
def rate_limit(facts: Facts) -> Iterator[Finding]:
    """Find proxies without one: passwords can be tried as fast as the network allows."""
    for file in facts.nginx:
        passes = [item for server in file.servers() for item in server.all("proxy_pass")]
        if passes and not any(True for _ in file.top.all("limit_req")):
            yield Finding(
                place=Place(file.path, passes[0].line),
                wrong=Words("no route has a rate limit", "요청 제한이 있는 경로가 없습니다"),
            )
