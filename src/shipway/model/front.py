"""How an environment's front door is kept: certificates, logins, limits, headers, pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shipway.model.workload import SecretMap

LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"

SAFE_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
"""Set on answers that do not carry them; no ordinary application breaks by them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """How an environment speaks TLS.

    certificate, key: files on the server, watched, so that whoever renews them is followed;
    pem: the name of a value that holds both.  Without either: ordered by ACME.
    server: the directory of the certificate authority.  email: of the account.
    dns: the certbot plugin that proves control by DNS, its credentials in the value named
    dns_credentials; wildcards: domains for which `*.domain` is ordered, which needs it.
    redirect_port: plain requests there are sent to HTTPS; None: none are taken.
    verify: smoke checks and journeys refuse what browsers refuse; ca: a file of authorities
    on the server that count beside the machine's own.
    hsts_s: how long browsers shall remember to come by HTTPS only; 0: not told.
    """

    certificate: str = ""
    key: str = ""
    pem: str = ""
    server: str = LETS_ENCRYPT
    email: str = ""
    dns: str = ""
    dns_credentials: str = ""
    wildcards: tuple[str, ...] = ()
    ca: str = ""
    verify: bool = True
    redirect_port: int | None = 80
    hsts_s: int = 0

    @property
    def ordered(self) -> bool:
        """Return whether certificates are ordered, and not the owner's own."""
        return not (self.certificate or self.pem)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontDoor:
    """What the ingress does for an environment, beside sending requests to services.

    tls None: plain HTTP.  trusted_proxies: networks whose word about the client counts.
    headers: set where the application does not; pages: HTML by status or `maintenance`.
    values: passwords and keys that the rules and `tls` name, by name.
    """

    tls: Tls | None = None
    trusted_proxies: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=lambda: dict(SAFE_HEADERS))
    pages: Mapping[str, str] = field(default_factory=dict)
    compress: bool = False
    values: SecretMap = field(default_factory=SecretMap)
