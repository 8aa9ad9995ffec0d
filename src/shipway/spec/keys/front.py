"""`tls` and `ingress`: certificates, headers, pages, proxies in front."""

from __future__ import annotations

from typing import Any

from shipway.errors import Problem, SourceRef
from shipway.model.front import Tls
from shipway.spec import forms
from shipway.spec.keys.common import unplaced
from shipway.spec.scalars import AnyScalar, Boolean, Choice, Never
from shipway.spec.shapes import Either, Field, ListOf, MapOf, Record
from shipway.spec.values import FrontSpec


def _tls(*, source: SourceRef, hsts_s: float = 0, **given: Any) -> Tls:
    own = [name for name in ("certificate", "pem") if given.get(name)]
    if len(own) == 2 or bool(given.get("certificate")) != bool(given.get("key")):
        raise Problem(
            "invalid-spec",
            "one's own certificate is `certificate` with `key`, or `pem` alone.",
            source=source,
        )
    if given.get("wildcards") and not given.get("dns"):
        raise Problem(
            "invalid-spec",
            "a wildcard is only given for a proof by DNS: name certbot's plugin in `dns`.",
            hints=["write dns: cloudflare, with the plugin installed beside Shipway"],
            source=source,
        )
    return Tls(hsts_s=round(hsts_s), **given)


TLS = Either(
    "auto, or a mapping",
    scalar=Choice(("auto",)),
    make_scalar=lambda _word, _source: Tls(),
    mapped=Record(
        "environments.<name>.tls",
        (
            Field(
                "redirect",
                AnyScalar("a port, or false", (Never(), forms.PORT)),
                "The port on which plain requests are sent to HTTPS (308) and the certificate"
                " authority's questions are answered; it asks on port 80. `false`: none.",
                default="80",
                attr="redirect_port",
            ),
            Field(
                "hsts",
                forms.DURATION,
                "How long browsers shall remember to come by HTTPS only.",
                words="they are not told",
                example="8760h",
                attr="hsts_s",
            ),
            Field(
                "certificate",
                forms.FILE_PATH,
                "Your own certificate with its chain, a PEM file on the server; it is watched,"
                " so that whoever renews it is followed.",
                words="ordered by ACME",
                example="/etc/ssl/shop/fullchain.pem",
            ),
            Field(
                "key",
                forms.FILE_PATH,
                "Its private key, a PEM file on the server.",
                words="ordered by ACME",
                example="/etc/ssl/shop/privkey.pem",
            ),
            Field(
                "pem",
                forms.VARIABLE,
                "The variable that holds both, instead of files (shipway secret set).",
                words="ordered by ACME",
                example="TLS_PEM",
            ),
            Field(
                "email",
                forms.EMAIL,
                "Whom the certificate authority writes to.",
                words="nobody",
                example="ops@example.com",
            ),
            Field(
                "server",
                forms.HTTPS_URL,
                "The certificate authority's ACME directory.",
                words="Let's Encrypt",
                example="https://acme-staging-v02.api.letsencrypt.org/directory",
            ),
            Field(
                "dns",
                forms.PLUGIN,
                "certbot's plugin that proves control of the names by DNS instead of HTTP.",
                words="by HTTP, on port 80",
                example="cloudflare",
            ),
            Field(
                "dns_credentials",
                forms.VARIABLE,
                "The variable that holds the plugin's credentials file.",
                words="none",
                example="CLOUDFLARE_INI",
            ),
            Field(
                "ca",
                forms.FILE_PATH,
                "A PEM file on the server with the authorities that count beside the machine's"
                " own when smoke checks, journeys and `shipway check` look at the certificate.",
                words="the machine's own alone",
                example="/etc/ssl/company-ca.pem",
            ),
            Field(
                "verify",
                Boolean(),
                "Whether smoke checks and journeys fail where browsers would refuse the"
                " certificate.",
                default="true",
            ),
            Field(
                "wildcards",
                ListOf(forms.HOST, empty=False),
                "Domains for which one certificate is ordered for all names below them.",
                words="a certificate for each name",
                example="[example.com]",
            ),
        ),
        _tls,
    ),
)

FRONT = Record(
    "ingress",
    (
        Field(
            "headers",
            MapOf(forms.HEADER_VALUE, "the name of a header", forms.HEADER_PATTERN, make=unplaced),
            "Headers for answers in which the application does not set them itself; an empty"
            " value takes one of the default ones away (X-Content-Type-Options: nosniff,"
            " X-Frame-Options: SAMEORIGIN, Referrer-Policy: strict-origin-when-cross-origin).",
            default="{}",
            example="{X-Frame-Options: DENY, Permissions-Policy: camera=()}",
        ),
        Field(
            "pages",
            MapOf(forms.FILE_PATH, "a status such as 503, or maintenance", forms.PAGE_PATTERN),
            "HTML files of the repository for what the ingress answers itself: `maintenance`,"
            " 403, 413, 429, 502, 503, 504. At most 12 kB each, with everything inside.",
            words="one sentence each",
            example="{maintenance: pages/maintenance.html}",
        ),
        Field(
            "trusted_proxies",
            ListOf(forms.NETWORK),
            "Networks of proxies before this server; their X-Forwarded-For and"
            " X-Forwarded-Proto are believed, nobody else's.",
            default="[]",
            example="[173.245.48.0/20]",
        ),
        Field(
            "compress",
            Boolean(),
            "Whether text is compressed (gzip) for clients that want it, where the application"
            " has not done so.",
            default="false",
        ),
    ),
    FrontSpec,
)
