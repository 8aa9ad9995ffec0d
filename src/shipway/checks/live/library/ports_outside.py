"""R026, R138, R147, D10: only what is declared is reachable from other machines."""

from __future__ import annotations

from shipway.checks.live.kit import ERROR, Live, Seen, Words, answers_at, live, nothing
from shipway.checks.live.scene import PORTS, store_kind


@live(
    "live.ports",
    ERROR,
    serves=("R026", "R138", "R147", "D10"),
    title=Words(
        "Other machines reach only the front door", "외부에서는 프록시 포트로만 접속됩니다"
    ),
    fix=Words(
        "bind the port to 127.0.0.1, or drop `ports:`: services reach each other by name",
        "포트를 127.0.0.1에 묶거나 `ports:`를 지우세요. 서비스끼리는 이름으로 통신합니다",
    ),
)
def look(seen: Live) -> Seen:
    """Connect to every port of the application at each address that other machines see."""
    if not seen.scene.outside:
        raise nothing(
            "this machine has no address of its own on a network",
            "이 서버에는 외부 네트워크 주소가 없습니다",
        )
    candidates = _candidates(seen)
    allowed = seen.scene.own_ports | {seen.app.port}
    open_ones = [
        (service, address, port)
        for port, service in sorted(candidates.items())
        if port not in allowed
        for address in seen.scene.outside
        if answers_at(address, port)
    ]
    return Seen(
        says=Words(
            f"{len(candidates)} ports tried at {', '.join(seen.scene.outside)}: none is open",
            f"{', '.join(seen.scene.outside)}에서 포트 {len(candidates)}개 확인: 모두 닫힘",
        ),
        wrong=tuple(
            Words(
                f"port {port} of {service} answers at {address}",
                f"{service}의 {port} 포트가 {address}에서 열려 있습니다",
            )
            for service, address, port in open_ones
        ),
        figures={"tried": sorted(candidates), "open": sorted({item[2] for item in open_ones})},
    )


def _candidates(seen: Live) -> dict[int, str]:
    """Return the ports to try: published ones, and what listens on the machine itself.

    What has an address of its own (a container) is not at this machine's, unless published:
    the same port there may be somebody else's.
    """
    found: dict[int, str] = {}
    for service in seen.app.services:
        kind = store_kind(service)
        ports: list[int] = []
        if any(
            item.address and item.address.startswith("127.")
            for item in seen.instances(service.name)
        ):
            ports += [PORTS[kind]] if kind in PORTS and kind else []
            ports += [service.port] if service.port else []
        for mapping in service.definition.get("ports") or ():
            ports += [int(mapping["published"])] if _single(mapping) else []
        for port in ports:
            found.setdefault(port, service.name)
    return found


def _single(mapping: object) -> bool:
    return isinstance(mapping, dict) and str(mapping.get("published") or "").isdigit()
