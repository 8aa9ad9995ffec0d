"""WebSocket routes that nginx does not upgrade, or cuts after a minute."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.facts.nginx import Directive
from shipway.checks.kit import WARNING, Facts, Finding, Place, Words, check, needs

_SOCKET = re.compile(r"(^|/)(ws|wss|websocket|socket\.io|cable|hmr)(/|$)")


@check(
    "proxy.websocket",
    WARNING,
    needs=needs.NGINX,
    serves=("R018", "R162", "R199"),
    title=Words(
        "WebSocket routes are upgraded and may stay open",
        "웹소켓 경로가 업그레이드되고 끊기지 않는다",
    ),
    fix=Words(
        "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection"
        ' "upgrade"; proxy_read_timeout 86400s;',
        "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection"
        ' "upgrade"; proxy_read_timeout 86400s;를 넣으세요',
    ),
)
def websocket(facts: Facts) -> Iterator[Finding]:
    """Find them: without the headers no socket opens; with nginx's 60 s a quiet one is cut."""
    for file in facts.nginx:
        for server in file.servers():
            for location in server.all("location"):
                if not location.args or not _SOCKET.search(location.args[-1]):
                    continue
                if not any(True for _ in location.all("proxy_pass")):
                    continue
                missing = _missing(server, location)
                if missing:
                    yield Finding(
                        place=Place(file.path, location.line),
                        wrong=Words(
                            f"{location.args[-1]} lacks {missing}",
                            f"{location.args[-1]}에 {missing}이(가) 없습니다",
                        ),
                    )


def _missing(server: Directive, location: Directive) -> str:
    headers = {item.args[0].lower() for item in server.all("proxy_set_header") if item.args} & {
        item.args[0].lower() for item in (*location.all("proxy_set_header"), *_own(server))
    }
    if "upgrade" not in headers:
        return "proxy_set_header Upgrade"
    versions = [*location.all("proxy_http_version"), *_own(server, "proxy_http_version")]
    if not versions:
        return "proxy_http_version 1.1"
    timeouts = [*location.all("proxy_read_timeout"), *_own(server, "proxy_read_timeout")]
    return "" if timeouts else "proxy_read_timeout"


def _own(server: Directive, name: str = "proxy_set_header") -> list[Directive]:
    return [item for item in server.block if item.name == name]
