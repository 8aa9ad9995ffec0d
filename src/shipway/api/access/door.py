"""The TCP listener as the routes see it."""

from __future__ import annotations

from typing import Protocol

from shipway.errors import Problem

DEFAULT_ADDRESS = "127.0.0.1:7420"


class Door(Protocol):
    """Opens and closes the TCP listener; what was opened is opened again after a restart."""

    def open(self, address: str, public: str | None) -> None:
        """Listen at HOST:PORT, and no longer where it was.  Raises Problem `address-taken`."""
        ...

    def close(self) -> None:
        """Listen nowhere.  Idempotent."""
        ...

    def address(self) -> str | None:
        """Return where it listens now, None where it does not."""
        ...

    def public(self) -> str | None:
        """Return the address under which people reach it, where that is another."""
        ...


def parse_address(text: str) -> tuple[str, int]:
    """Return host and port of `127.0.0.1:7420`, `[::1]:7420` or `7420`."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or "127.0.0.1"
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise Problem(
            "invalid-address",
            f"{text!r} is not an address to listen at: HOST:PORT.",
            hints=[f"shipway dashboard --address {DEFAULT_ADDRESS}"],
        )
    return host, int(port)


def url_of(address: str) -> str:
    """Return what to type into a browser on this machine."""
    host, port = parse_address(address)
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
