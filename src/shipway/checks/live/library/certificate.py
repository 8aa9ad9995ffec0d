"""R137, R016: what is served over TLS has a certificate that holds, for the right names."""

from __future__ import annotations

import socket
import ssl
import time

from shipway.checks.live.kit import ERROR, Live, Seen, Words, live, nothing

DAYS_MIN = 14
CONNECT_S = 5.0
DAY_S = 86_400


@live(
    "live.certificate",
    ERROR,
    serves=("R016", "R137"),
    title=Words("The certificate is valid", "인증서가 유효합니다"),
    fix=Words(
        "shipway status shows its state; a name must lead here before a certificate is given",
        "shipway status 로 상태를 보고, 도메인이 이 서버를 가리키는지 확인하세요",
    ),
)
def look(seen: Live) -> Seen:
    """Shake hands for each host name and read the certificate that comes."""
    if not speaks_tls(seen.target.address, seen.app.port):
        raise nothing("this environment is served without TLS", "TLS 없이 서비스 중입니다")
    wrong, days = [], []
    for host in seen.app.hosts or (seen.target.address,):
        names, until = certificate(seen.target.address, seen.app.port, host)
        left = (until - time.time()) / DAY_S
        days.append(round(left, 1))
        if left < DAYS_MIN:
            wrong.append(
                Words(
                    f"{host}: it ends in {left:.0f} days", f"{host}: {left:.0f}일 뒤에 만료됩니다"
                )
            )
        if seen.app.hosts and not any(matches(name, host) for name in names):
            shown = ", ".join(names) or "none"
            wrong.append(
                Words(f"{host}: it is for {shown}", f"{host}: 인증서의 이름은 {shown}입니다")
            )
    return Seen(
        says=Words(f"{min(days):.0f} days left", f"{min(days):.0f}일 남음"),
        wrong=tuple(wrong),
        figures={"days": days},
    )


def speaks_tls(address: str, port: int) -> bool:
    """Return whether a TLS handshake succeeds there."""
    try:
        _shaken(address, port, "localhost").close()
    except OSError:
        return False
    return True


def certificate(address: str, port: int, host: str) -> tuple[tuple[str, ...], float]:
    """Return the names in the certificate that comes for `host`, and when it ends."""
    from cryptography import x509

    with _shaken(address, port, host) as connection:
        raw = connection.getpeercert(binary_form=True) or b""
    found = x509.load_der_x509_certificate(raw)
    try:
        extension = found.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names = tuple(extension.value.get_values_for_type(x509.DNSName))
    except x509.ExtensionNotFound:
        names = ()
    return names, found.not_valid_after_utc.timestamp()


def matches(name: str, host: str) -> bool:
    """Return whether a certificate's name covers a host; `*` stands for one label."""
    if name.startswith("*."):
        return host.partition(".")[2].lower() == name[2:].lower()
    return name.lower() == host.lower()


def _shaken(address: str, port: int, host: str) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # it is read, whatever it is
    plain = socket.create_connection((address, port), timeout=CONNECT_S)
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise
