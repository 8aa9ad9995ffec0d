"""Firewalls that open the application's own port beside the proxy's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import WARNING, Facts, Finding, Place, Words, check, needs

_ALLOW = re.compile(
    r"\bufw allow (?:proto tcp )?(?:from any to any port )?(?P<ufw>\d+)(?:/tcp)?\b"
    r"|firewall-cmd.*--add-port=(?P<cmd>\d+)/tcp|iptables .*--dport (?P<ipt>\d+).*ACCEPT"
)
_FRONT = frozenset({"22", "80", "443", "2222"})


@check(
    "proxy.firewall",
    WARNING,
    needs=needs.SCRIPTS,
    serves=("D31", "R138"),
    title=Words("The firewall opens SSH and the proxy only", "방화벽이 SSH와 프록시만 연다"),
    fix=Words("open 22, 80 and 443 only", "22, 80, 443만 여세요"),
)
def firewall(facts: Facts) -> Iterator[Finding]:
    """Find others: the application is reached there without TLS, limits and headers."""
    for script in facts.scripts:
        for line, command in script.commands():
            found = _ALLOW.search(command)
            port = next((item for item in found.groups() if item), "") if found else ""
            if port and port not in _FRONT:
                yield Finding(
                    place=Place(script.path, line),
                    wrong=Words(
                        f"opens port {port} beside the proxy", f"프록시 옆으로 {port} 포트를 엽니다"
                    ),
                )
