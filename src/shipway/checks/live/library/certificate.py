"""R137, R016: what is served over TLS has a certificate that holds, for the right names."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass

from shipway.checks.live.kit import ERROR, Live, Seen, Words, live, nothing
from shipway.model.words import plural

DAYS_MIN = 14
PART_MIN = 1 / 6
"""What must be left: so many days, of a certificate made for a few weeks this part of its time."""
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
    hosts = served_names(seen)
    for host in hosts or (seen.target.address,):
        shown = certificate(seen.target.address, seen.app.port, host)
        left = (shown.until - time.time()) / DAY_S
        days.append(round(left, 1))
        if left < min(DAYS_MIN, shown.lifetime_s * PART_MIN / DAY_S):
            wrong.append(
                Words(
                    f"{host}: it ends in {plural(round(left), 'day')}",
                    f"{host}: {left:.0f}일 뒤에 만료됩니다",
                )
            )
        if hosts and not any(matches(name, host) for name in shown.names):
            names = ", ".join(shown.names) or "none"
            wrong.append(
                Words(f"{host}: it is for {names}", f"{host}: 인증서의 이름은 {names}입니다")
            )
        refused = _refused(seen, host)
        if refused:
            wrong.append(
                Words(
                    f"{host}: browsers refuse it: {refused}",
                    f"{host}: 브라우저가 거부합니다: {refused}",
                )
            )
    return Seen(
        says=Words(f"{plural(round(min(days)), 'day')} left", f"{min(days):.0f}일 남음"),
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


def served_names(seen: Live) -> tuple[str, ...]:
    """Return the names that clients use: the environment's, and those of single routes."""
    own = (rule.host for rule in seen.app.routes if rule.host)
    return tuple(dict.fromkeys([*seen.app.hosts, *own]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A certificate that came: its names, when it ends (seconds since 1970), and its whole time."""

    names: tuple[str, ...]
    until: float
    lifetime_s: float


def certificate(address: str, port: int, host: str) -> Shown:
    """Return the certificate that comes for `host`."""
    from cryptography import x509

    with _shaken(address, port, host) as connection:
        raw = connection.getpeercert(binary_form=True) or b""
    found = x509.load_der_x509_certificate(raw)
    try:
        extension = found.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names = tuple(extension.value.get_values_for_type(x509.DNSName))
    except x509.ExtensionNotFound:
        names = ()
    until = found.not_valid_after_utc.timestamp()
    lifetime_s = until - found.not_valid_before_utc.timestamp()
    return Shown(names=names, until=until, lifetime_s=lifetime_s)


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


def _refused(seen: Live, host: str) -> str:
    """Return why a client that verifies refuses it; empty where it does not, or need not."""
    trust = seen.scene.trust
    if not trust.verify:
        return ""
    plain = socket.create_connection((seen.target.address, seen.app.port), timeout=CONNECT_S)
    with plain:
        try:
            trust.context().wrap_socket(plain, server_hostname=host).close()
        except ssl.SSLCertVerificationError as error:
            return error.verify_message.rstrip(".").lower()
        except OSError:
            return ""
    return ""
