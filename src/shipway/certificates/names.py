"""Where a name leads, and which addresses this machine has."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress


class SystemNames:
    """See `shipway.ports_certificates.Names`."""

    def addresses(self, name: str) -> tuple[str, ...]:
        """Return where a name leads to; empty where it does not."""
        try:
            found = socket.getaddrinfo(name, 80, type=socket.SOCK_STREAM)
        except OSError:
            return ()
        return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))

    def own(self) -> tuple[str, ...]:
        """Return the addresses from which this machine reaches the world; no packet is sent."""
        found = []
        for family, somewhere in (
            (socket.AF_INET, "192.0.2.1"),
            (socket.AF_INET6, "2001:db8::1"),
        ):
            with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((somewhere, 9))
                found.append(str(probe.getsockname()[0]))
        return tuple(found)

    def leads_here(self, leads_to: tuple[str, ...]) -> bool:
        """Return whether these addresses may be this machine's."""
        return may_be_here(leads_to, self.own())


def may_be_here(leads_to: tuple[str, ...], own: tuple[str, ...]) -> bool:
    """Return whether a name may lead to this machine.

    A machine behind address translation does not know its public address: then anything
    that is public may be here.
    """
    if set(leads_to) & set(own):
        return True
    private = all(ipaddress.ip_address(one).is_private for one in own)
    return private and any(not ipaddress.ip_address(one).is_private for one in leads_to)
