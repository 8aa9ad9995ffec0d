"""Whose word about the front door's certificate counts, and what is said where it does not hold.

Without a `Trust` that verifies, whatever certificate is shown is taken: until the first one
is ordered, a self-signed one is all there is.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass

REFUSED = "its certificate is refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """verify: refuse a certificate that browsers would refuse.

    authorities: PEM; they count beside the machine's own, also where they are intermediate
    or the certificate itself.
    """

    verify: bool = False
    authorities: str = ""

    def context(self) -> ssl.SSLContext:
        """Return how TLS is spoken; raises ssl.SSLError where the authorities are no PEM."""
        if not self.verify:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return context
        context = ssl.create_default_context()
        if self.authorities:
            context.load_verify_locations(cadata=self.authorities)
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        return context


ANY = Trust()
"""Whatever is shown is taken."""


def refusal(error: Exception) -> str:
    """Return why a connection failed, in words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{REFUSED}: {error.verify_message.rstrip('.').lower()}"
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()


def trust_hints(said: str) -> tuple[str, ...]:
    """Return what to do where a certificate was refused; nothing for other faults."""
    if REFUSED not in said:
        return ()
    return (
        "shipway certificates",
        "tls: {ca: /path/of/the/authority.pem} in shipway.yaml, for an authority of your own",
        "tls: {verify: false}, to let journeys and smoke checks take any certificate",
    )
