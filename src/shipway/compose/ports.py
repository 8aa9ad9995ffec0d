"""The short form of a published port: `[[ip:]host[-range]:]container[-range][/protocol]`."""

from __future__ import annotations

import re

from shipway.compose.problems import dotted, problem
from shipway.compose.tree import Map, Mark
from shipway.errors import Problem

Path = tuple[str | int, ...]
_NUMBER = re.compile(r"[0-9]+", re.ASCII)


def parse_port(text: str, path: Path, mark: Mark | None) -> list[Map]:
    """Return the long forms, one for each container port of a range.  Raises Problem."""

    def no(cause: str) -> Problem:
        return problem(
            f"{dotted(path)}: `{text}`: {cause}",
            mark,
            hints=('write it as "HOST:CONTAINER", in quotes',),
        )

    *front, container = text.split(":")
    host = front[-1] if front else ""
    address = _address(":".join(front[:-1])) if len(front) > 1 else ""
    if address is None:
        raise no("not an IP address")
    container, slash, protocol = container.partition("/")
    protocol = protocol.split("/")[0] if slash and protocol.split("/")[0] else "tcp"
    if not container:
        raise no("no container port")
    targets = _range(container)
    if targets is None:
        raise no(f"`{container}` is not a port or a range of ports")
    published = _range(host) if host else (0, 0)
    if published is None:
        raise no(f"`{host}` is not a port or a range of ports")
    count = targets[1] - targets[0]
    if host and count and published[1] - published[0] != count:
        raise no("the two ranges differ in length")
    if protocol.lower() not in {"tcp", "udp", "sctp"}:
        raise no(f"`{protocol}` is not tcp, udp or sctp")
    ports = []
    for offset in range(count + 1):
        port = Map.of(mark, mode="ingress")
        if address:
            port["host_ip"] = address
        if targets[0] + offset:
            port["target"] = targets[0] + offset
        if host:
            port["published"] = str(published[0] + offset)
            if not count and published[0] != published[1]:
                port["published"] = f"{published[0]}-{published[1]}"
        port["protocol"] = protocol.lower()
        ports.append((f"{targets[0] + offset}/{protocol.lower()}", port))
    # Docker sorts a range as text: 10000 stands before 9999.
    return [port for _, port in sorted(ports, key=lambda pair: pair[0])]


def _address(text: str) -> str | None:
    """Return the address without brackets, or None where it is none."""
    if text.startswith("["):
        if not text.endswith("]") or "[" in text[1:] or "]" in text[:-1]:
            return None
        text = text[1:-1]
    elif ":" in text or "[" in text or "]" in text:
        return None
    if not text:
        return ""
    if "%" in text:
        return None
    import ipaddress  # few files name an address

    try:
        ipaddress.ip_address(text)
    except ValueError:
        return None
    return text


def _range(text: str) -> tuple[int, int] | None:
    parts = text.split("-") if "-" in text else [text, text]
    if not all(_NUMBER.fullmatch(part) and int(part[:20]) <= 65535 for part in parts[:2]):
        return None
    start, end = int(parts[0]), int(parts[1])
    return None if end < start else (start, end)
