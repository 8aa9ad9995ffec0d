"""Certificates of the running proxy: their files, and how they come and go without a reload.

A file's name holds its content's hash, so a renewed certificate is another file: it is
added before the earlier one goes, and the running list tells what is there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from shipway.ingress.frontends import CERTIFICATES
from shipway.ingress.text import digest
from shipway.model.routing import Certificate


def certificate_file(certificate: Certificate) -> str:
    """Return the name of a certificate's file."""
    return f"cert-{certificate.id}-{digest(certificate.pem)}.pem"


def certificate_files(certificates: Iterable[Certificate]) -> dict[str, str]:
    """Return the files by name; they hold private keys."""
    return {certificate_file(one): one.pem for one in certificates}


def certificate_list(certificates: Iterable[Certificate]) -> str:
    """Return the list that TLS listeners read at their start."""
    return "".join(sorted(f"{certificate_file(one)}\n" for one in certificates))


def parse_list(text: str) -> frozenset[str]:
    """Read `show ssl crt-list NAME`: a heading, a file in each line."""
    lines = (line.strip() for line in text.splitlines())
    return frozenset(line.split()[0] for line in lines if line and not line.startswith("#"))


def plan_certificates(
    running: Collection[str], certificates: Iterable[Certificate]
) -> tuple[tuple[str, str], ...]:
    """Return what makes the running list hold exactly these certificates.

    Commands in order, each with the words that its answer must hold.
    """
    wanted = certificate_files(certificates)
    commands: list[tuple[str, str]] = []
    for name in sorted(wanted.keys() - set(running)):
        pem = "\n".join(line for line in wanted[name].splitlines() if line.strip())
        commands += [
            (f"new ssl cert {name}", f"New empty certificate store '{name}'!"),
            (f"set ssl cert {name} <<\n{pem}\n", f"Transaction created for certificate {name}!"),
            (f"commit ssl cert {name}", "Success!"),
            (f"add ssl crt-list {CERTIFICATES} {name}", "Success!"),
        ]
    for name in sorted(set(running) - wanted.keys()):
        commands += [
            (f"del ssl crt-list {CERTIFICATES} {name}", "deleted"),
            (f"del ssl cert {name}", "deleted"),
        ]
    return tuple(commands)
