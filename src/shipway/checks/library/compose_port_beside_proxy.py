"""A service that is reached past the proxy that should stand in front of it."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.facts.compose import Service
from shipway.checks.facts.images import PROXIES, store_family
from shipway.checks.kit import ERROR, Facts, Finding, Words, check, needs
from shipway.checks.support import ADMIN_PORTS, one_line_port


@check(
    "compose.port-beside-proxy",
    ERROR,
    needs=needs.SERVICES,
    serves=("D31", "R026", "R137"),
    title=Words("Nothing is reached past the proxy", "프록시를 거치지 않고 닿는 서비스가 없다"),
    fix=Words(
        "remove the port: the proxy reaches the service by its name",
        "포트를 지우세요. 프록시는 서비스 이름으로 연결합니다",
    ),
)
def port_beside_proxy(facts: Facts) -> Iterator[Finding]:
    """Find them: no TLS, no rate limit and no headers on that way in."""
    for view in facts.deployed:
        if not any(_in_front(service) for service in view.services):
            continue
        for service in view.services:
            known = store_family(service.image) or service.image_name in ADMIN_PORTS
            if _in_front(service) or known or "flower" in service.command:
                continue
            for port in service.ports():
                if port.everywhere:
                    place = service.place("ports", port.index)
                    yield Finding(
                        place=place,
                        wrong=Words(
                            f"{service.name}: port {port.published or port.target} is open beside"
                            " the proxy's, without TLS, limits or headers",
                            f"{service.name}: {port.published or port.target} 포트가 프록시 옆으로"
                            " 열려 TLS, 요청 제한, 보안 헤더를 모두 비켜 갑니다",
                        ),
                        edit=one_line_port(facts, place, port),
                    )


def _in_front(service: Service) -> bool:
    published = {port.published for port in service.ports()}
    return service.image_name in PROXIES and bool(published & {"80", "443"})
