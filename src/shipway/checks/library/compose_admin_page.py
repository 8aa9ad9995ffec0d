"""Administrators' pages that anybody reaches, mostly without TLS."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Words, check, needs
from shipway.checks.support import ADMIN_PORTS, one_line_port


@check(
    "compose.admin-page",
    ERROR,
    needs=needs.SERVICES,
    serves=("D20", "R145"),
    title=Words("Admin pages are not open to everybody", "관리 화면이 누구에게나 열려 있지 않다"),
    fix=Words(
        "bind the port to 127.0.0.1 and come by `ssh -L`, or put it behind the proxy with a login",
        "포트를 127.0.0.1에 묶고 `ssh -L`로 접속하거나, 로그인이 있는 프록시 뒤에 두세요",
    ),
)
def admin_page(facts: Facts) -> Iterator[Finding]:
    """Find them: a page that rules the data, over plain http, on every interface."""
    for service in facts.services:
        admin = ADMIN_PORTS.get(service.image_name, ())
        if "flower" in service.command:
            admin = (*admin, 5555)
        for port in service.ports():
            if port.everywhere and port.target in admin:
                place = service.place("ports", port.index)
                yield Finding(
                    place=place,
                    wrong=Words(
                        f"{service.name}: the admin page on {port.target} can be reached by everybody"
                        " over plain http",
                        f"{service.name}: {port.target} 관리 화면이 암호화 없는 http로 누구에게나"
                        " 열려 있습니다",
                    ),
                    edit=one_line_port(facts, place, port),
                )
