"""The authority: certbot, as a program of its own, with directories of its own.

Its account and its working files lie below one private directory; nothing on the machine
that another certbot has made is touched, and its own renewal is not used: when to renew is
Shipway's decision, which it sees and reports.

HTTP-01 needs no server of certbot's: the ingress answers every challenge with the token
and the account's thumbprint.  certbot writes its answers to a directory that nobody reads.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
from pathlib import Path

from shipway.errors import Problem
from shipway.files import replace_file
from shipway.ports_certificates import CertificateOrder
from shipway.tools import require_tool

ACCOUNT_KEY = "private_key.json"
ORDER_TIMEOUT_S = 300.0
PASSED_ON = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "HTTPS_PROXY", "https_proxy", "NO_PROXY")
_SAID = re.compile(r"^\s*(Detail|Type|Domain|Hint|Error|error|urn:)\b.*|.*\b(error|Error)\b.*")


class Certbot:
    """See `shipway.ports_certificates.Authority`.  Not for several threads at a time."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def known(self, server: str) -> str | None:
        """Return the thumbprint of the account's key; None where there is no account yet."""
        place = server.partition("://")[2]
        found = sorted((self._directory / "config" / "accounts").glob(f"{place}/*/{ACCOUNT_KEY}"))
        return thumbprint(json.loads(found[0].read_text())) if found else None

    def thumbprint(self, server: str, email: str) -> str:
        """Return the thumbprint of the account's key, made where there is none."""
        if self.known(server) is None:
            self._run(register_argv(self._directory, server, email), server)
        known = self.known(server)
        if known is None:
            raise _failed("certbot made an account, but its key is not there", ())
        return known

    def order(self, order: CertificateOrder) -> str:
        """Return a new certificate with its chain and key as PEM."""
        self._prepare()
        credentials = self._directory / f"{order.id}.ini"
        if order.credentials:
            replace_file(credentials, order.credentials, mode=0o600)
        try:
            self._run(order_argv(self._directory, order), order.server)
        finally:
            credentials.unlink(missing_ok=True)
        live = self._directory / "config" / "live" / order.id
        try:
            return (live / "fullchain.pem").read_text() + (live / "privkey.pem").read_text()
        except OSError as error:
            raise _failed(f"certbot ended well, but {error.filename} is not there", ()) from error

    def _prepare(self) -> None:
        for name in ("config", "work", "logs", "webroot"):
            (self._directory / name).mkdir(mode=0o700, parents=True, exist_ok=True)

    def _run(self, argv: list[str], server: str) -> None:
        self._prepare()
        program = str(require_tool("certbot"))
        try:
            done = subprocess.run(
                [program, *argv],
                cwd=self._directory,
                env=_environment(self._directory),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=ORDER_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise _failed(f"{server} took longer than {ORDER_TIMEOUT_S:g} s", ()) from error
        except OSError as error:
            raise _failed(f"certbot cannot be run: {error}", ()) from error
        if done.returncode != 0:
            raise _failed(f"{server} did not issue it", what_was_said(done.stdout + done.stderr))


def register_argv(directory: Path, server: str, email: str) -> list[str]:
    """Return what makes an account."""
    return ["register", *_common(directory, server), *_contact(email)]


def order_argv(directory: Path, order: CertificateOrder) -> list[str]:
    """Return what orders a certificate, or the next one of the same names."""
    names = [part for name in order.names for part in ("-d", name)]
    if order.dns:
        # By its name: certbot has short options for its own plugins only.
        proof = ["--authenticator", f"dns-{order.dns}"]
        if order.credentials:
            proof += [f"--dns-{order.dns}-credentials", str(directory / f"{order.id}.ini")]
    else:
        proof = ["--webroot", "-w", str(directory / "webroot")]
    return [
        "certonly",
        *_common(directory, order.server),
        *_contact(order.email),
        *proof,
        "--cert-name",
        order.id,
        "--force-renewal",
        "--key-type",
        "ecdsa",
        *names,
    ]


def thumbprint(key: dict[str, str]) -> str:
    """Return a key's thumbprint (RFC 7638): over its public members, in their order."""
    members = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y")}[key["kty"]]
    text = json.dumps({name: key[name] for name in members}, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def what_was_said(output: str) -> tuple[str, ...]:
    """Return the lines of certbot's output that say why."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if _SAID.match(line)]
    return tuple((telling or lines)[-6:])


def _common(directory: Path, server: str) -> list[str]:
    return [
        "--non-interactive",
        "--agree-tos",
        "--config-dir",
        str(directory / "config"),
        "--work-dir",
        str(directory / "work"),
        "--logs-dir",
        str(directory / "logs"),
        "--max-log-backups",
        "10",
        "--server",
        server,
    ]


def _contact(email: str) -> list[str]:
    if email:
        return ["--email", email, "--no-eff-email"]
    return ["--register-unsafely-without-email"]


def _environment(directory: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(directory),
        "LC_ALL": "C.UTF-8",
        **kept,
    }


def _failed(why: str, said: tuple[str, ...]) -> Problem:
    return Problem(
        "acme-failed",
        f"No certificate was issued: {why}. What is served goes on as before.",
        details=said,
        hints=["shipway certificates", "the name must lead to this server, port 80 be open"],
    )
