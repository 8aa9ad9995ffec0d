"""Port 80 that serves the application instead of sending people to https."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.facts.nginx import Directive
from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs


@check(
    "proxy.https-redirect",
    ERROR,
    needs=needs.NGINX,
    serves=("R137", "R016", "D28"),
    title=Words("Port 80 only sends to https", "80 포트는 https로 보내기만 한다"),
    fix=Words(
        "let port 80 hold only `return 301 https://$host$request_uri;` and move the rest to 443 ssl",
        "80 포트에는 `return 301 https://$host$request_uri;`만 두고 나머지는 443 ssl로 옮기세요",
    ),
)
def https_redirect(facts: Facts) -> Iterator[Finding]:
    """Find them where nginx is the front door: another TLS proxy before it is said by real_ip.

    In a project that Shipway deploys, an nginx of the Compose file is not: the ingress is.
    """
    for file in facts.nginx:
        if facts.spec is not None and facts.nginx_mounted_at(file.path):
            continue
        behind = any(True for _ in file.top.all("set_real_ip_from", "real_ip_header"))
        for server in file.servers():
            ports = {_port(item) for item in server.all("listen")}
            tls = any("ssl" in item.args for item in server.all("listen", "ssl"))
            passes = any(True for _ in server.all("proxy_pass", "root", "alias", "fastcgi_pass"))
            if "80" in ports and not tls and not behind and passes and not _redirects(server):
                yield Finding(
                    place=Place(file.path, _line(server)),
                    wrong=Words(
                        "the application is served here without TLS",
                        "TLS 없이 애플리케이션을 제공합니다",
                    ),
                )


def _redirects(server: Directive) -> bool:
    return any(
        any("https://" in arg for arg in item.args) for item in server.all("return", "rewrite")
    )


def _port(listen: Directive) -> str:
    return listen.args[0].rpartition(":")[2] if listen.args else "80"


def _line(server: Directive) -> int:
    return next((item.line for item in server.all("listen")), server.line)
