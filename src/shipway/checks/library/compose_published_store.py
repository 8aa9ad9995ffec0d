"""Databases, caches and brokers that listen on every interface of the server."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.facts.compose import Published, Service
from shipway.checks.facts.images import store_family
from shipway.checks.kit import ERROR, Edit, Facts, Finding, Words, check, needs
from shipway.checks.support import ADMIN_PORTS, one_line_port


@check(
    "compose.published-store",
    ERROR,
    needs=needs.SERVICES,
    serves=("D10", "R026", "R034", "R147"),
    title=Words(
        "No database or broker is reached from outside",
        "데이터베이스와 브로커가 외부에 열려 있지 않다",
    ),
    fix=Words(
        "remove the port (services reach each other by name), or bind it to 127.0.0.1",
        "ports를 지우거나(서비스끼리는 이름으로 연결됩니다) 127.0.0.1에만 묶으세요",
    ),
)
def published_store(facts: Facts) -> Iterator[Finding]:
    """Find them: Docker publishes before ufw's rules, so that a firewall does not close these."""
    for service in facts.services:
        family = store_family(service.image)
        if not family:
            continue
        for port in service.ports():
            if port.everywhere and port.target not in ADMIN_PORTS.get(service.image_name, ()):
                yield Finding(
                    place=service.place("ports", port.index),
                    wrong=Words(
                        f"{service.name}: port {port.target} of {service.image} is open on every"
                        " interface, past the host's firewall",
                        f"{service.name}: {service.image}의 {port.target} 포트가 모든 인터페이스에"
                        " 열려 있으며 호스트 방화벽(ufw)도 막지 못합니다",
                    ),
                    edit=_bound(facts, service, port),
                )


def _bound(facts: Facts, service: Service, port: Published) -> Edit | None:
    return one_line_port(facts, service.place("ports", port.index), port)
