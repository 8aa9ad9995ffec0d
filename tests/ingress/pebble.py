"""A certificate authority on loopback: Debian's pebble, with a DNS that leads to 127.0.0.1."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.request import urlopen

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.ingress.support import LOOPBACK, eventually, free_port

Made = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]
"""A certificate and its private key."""


@dataclass(frozen=True)
class Pebble:
    """A running one.

    http_port: where it asks for HTTP-01; bundle: the CA of its own TLS; names: where the records
    of its DNS are changed; admin: where it tells of itself.
    """

    directory: str
    http_port: int
    bundle: Path
    names: str
    admin: str

    def root(self) -> str:
        """Return the authority that it issues with, as PEM."""
        context = ssl.create_default_context(cafile=str(self.bundle))
        with urlopen(f"{self.admin}/roots/0", timeout=10, context=context) as answer:
            return str(answer.read().decode())


@dataclass
class RunningPebble:
    """Started in a folder; ended by `stop`."""

    folder: Path
    http_port: int

    def start(self) -> Pebble:
        for program in ("pebble", "pebble-challtestsrv"):
            if shutil.which(program) is None:
                pytest.skip(f"{program} is not installed: apt-get install pebble")
        self.folder.mkdir(parents=True, exist_ok=True)
        bundle = _certificates(self.folder)
        dns, manage, acme, admin = (free_port() for _ in range(4))
        names = [
            "pebble-challtestsrv", "-defaultIPv4", LOOPBACK, "-defaultIPv6", "",
            "-dns01", f"{LOOPBACK}:{dns}", "-management", f"{LOOPBACK}:{manage}",
            "-http01", "", "-https01", "", "-tlsalpn01", "",
        ]  # fmt: skip
        config = self.folder / "pebble.json"
        config.write_text(
            json.dumps(
                {
                    "pebble": {
                        "listenAddress": f"{LOOPBACK}:{acme}",
                        "managementListenAddress": f"{LOOPBACK}:{admin}",
                        "certificate": str(self.folder / "server.pem"),
                        "privateKey": str(self.folder / "server.key"),
                        "httpPort": self.http_port,
                        "tlsPort": free_port(),
                        "ocspResponderURL": "",
                        "externalAccountBindingRequired": False,
                    }
                }
            )
        )
        log = (self.folder / "pebble.log").open("ab")
        with log:
            self._processes = [
                subprocess.Popen(argv, stdout=log, stderr=log, env=environment)
                for argv, environment in (
                    (names, {}),
                    (
                        ["pebble", "-config", str(config), "-dnsserver", f"{LOOPBACK}:{dns}"],
                        # No pauses, no nonces refused at random, every order asks anew.
                        {
                            "PEBBLE_VA_NOSLEEP": "1",
                            "PEBBLE_WFE_NONCEREJECT": "0",
                            "PEBBLE_AUTHZREUSE": "0",
                        },
                    ),
                )
            ]
        said = self.folder / "pebble.log"
        assert eventually(lambda: "ACME directory available" in said.read_text(), 20), (
            said.read_text()
        )
        return Pebble(
            f"https://{LOOPBACK}:{acme}/dir",
            self.http_port,
            bundle,
            f"http://{LOOPBACK}:{manage}",
            f"https://{LOOPBACK}:{admin}",
        )

    def stop(self) -> None:
        for process in getattr(self, "_processes", []):
            process.kill()
            process.wait()


def certificate(
    *names: str,
    days: float = 90,
    issued_days_ago: float = 0,
    signer: Made | None = None,
    ca: bool = False,
) -> Made:
    """Return a certificate and its key, signed by itself where nobody else is named."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    begin = datetime.now(UTC) - timedelta(days=issued_days_ago)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer[0].subject if signer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if not ca:
        addresses = [x509.IPAddress(ip_address(n)) for n in names if n[0].isdigit()]
        hosts = [x509.DNSName(n) for n in names if not n[0].isdigit()]
        alternative = x509.SubjectAlternativeName([*hosts, *addresses])
        builder = builder.add_extension(alternative, critical=False)
    return builder.sign(signer[1] if signer else key, hashes.SHA256()), key


def pem(made: Made) -> str:
    """Return a certificate and its key as PEM."""
    return _cert(made) + _key(made)


def pem_parts(made: Made) -> tuple[str, str]:
    """Return a certificate and its key as PEM, each for itself."""
    return _cert(made), _key(made)


def _certificates(folder: Path) -> Path:
    authority = certificate("test CA", ca=True)
    server = certificate(LOOPBACK, signer=authority)
    (folder / "server.pem").write_text(_cert(server))
    (folder / "server.key").write_text(_key(server))
    bundle = folder / "ca.pem"
    bundle.write_text(_cert(authority))
    return bundle


def _cert(made: Made) -> str:
    return made[0].public_bytes(serialization.Encoding.PEM).decode()


def _key(made: Made) -> str:
    return (
        made[1]
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        .decode()
    )
