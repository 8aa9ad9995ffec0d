"""Docker's socket inside a service."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Words, check, needs


@check(
    "compose.docker-socket",
    ERROR,
    needs=needs.SERVICES,
    serves=("R147",),
    title=Words("No service holds Docker's socket", "Docker 소켓을 마운트한 서비스가 없다"),
    fix=Words(
        "remove the mount, or put a filtering proxy between (docker-socket-proxy)",
        "마운트를 지우거나 필터링 프록시(docker-socket-proxy)를 사이에 두세요",
    ),
)
def docker_socket(facts: Facts) -> Iterator[Finding]:
    """Find them: whoever speaks to the socket is root on the server, read-only mounts too."""
    for service in facts.services:
        for index, mount in service.mounts():
            if str(mount.get("source", "")).endswith("/docker.sock"):
                yield Finding(
                    place=service.place("volumes", index),
                    wrong=Words(
                        f"{service.name} can become root on the server through Docker's socket",
                        f"{service.name}이(가) Docker 소켓으로 서버의 root가 될 수 있습니다",
                    ),
                )
