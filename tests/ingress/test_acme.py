"""Certificates from a real authority: pebble asks, HAProxy answers, certbot fetches."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from shipway.certificates.certbot import Certbot
from shipway.certificates.reading import read_pem
from shipway.errors import Problem
from shipway.ingress.haproxy import HAProxyIngress
from shipway.model.routing import (
    Backend,
    Certificate,
    Challenge,
    IngressConfig,
    Listener,
    Route,
)
from shipway.ports_certificates import CertificateOrder
from shipway.tools import require_tool
from tests.ingress.pebble import Pebble, RunningPebble
from tests.ingress.support import LOOPBACK, free_port
from tests.ingress.test_tls import names_shown

NAME = "shop.example.com"


@pytest.fixture(scope="module")
def pebble(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pebble]:
    running = RunningPebble(tmp_path_factory.mktemp("pebble"), free_port())
    try:
        yield running.start()
    finally:
        running.stop()


@dataclass
class Door:
    """An ingress that takes HTTPS, and the authority's questions on its plain port."""

    ingress: HAProxyIngress
    config: IngressConfig
    port: int

    def open(self, *certificates: Certificate, thumbprint: str) -> None:
        challenge = Challenge(host=NAME, thumbprint=thumbprint)
        self.ingress.apply(replace(self.config, certificates=certificates, challenges=(challenge,)))


@pytest.fixture
def door(ingress: HAProxyIngress, port: int, pebble: Pebble) -> Door:
    plain = Listener(
        port=pebble.http_port,
        address=LOOPBACK,
        routes=(Route(host=NAME, https_port=port),),
    )
    tls = Listener(port=port, address=LOOPBACK, tls=True, routes=(Route(backend="app"),))
    return Door(ingress, IngressConfig(listeners=(plain, tls), backends=(Backend(id="app"),)), port)


@pytest.fixture
def certbot(tmp_path: Path, pebble: Pebble, monkeypatch: pytest.MonkeyPatch) -> Certbot:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pebble.bundle))
    return Certbot(tmp_path / "acme")


def order(pebble: Pebble, *names: str) -> CertificateOrder:
    return CertificateOrder(id=names[0], names=names, server=pebble.directory)


@pytest.mark.slow
def test_a_certificate_is_ordered_served_and_renewed_and_a_failure_changes_nothing(
    door: Door, certbot: Certbot, pebble: Pebble, tmp_path: Path
) -> None:
    """R091, D14: the proxy that holds port 80 answers the authority itself."""
    assert certbot.known(pebble.directory) is None
    thumbprint = certbot.thumbprint(pebble.directory, "")
    assert certbot.known(pebble.directory) == thumbprint
    assert certbot.thumbprint(pebble.directory, "") == thumbprint
    door.open(thumbprint=thumbprint)
    first = certbot.order(order(pebble, NAME))
    assert read_pem(first).names == (NAME,)
    door.open(Certificate(id=NAME, names=(NAME,), pem=read_pem(first).pem), thumbprint=thumbprint)
    assert names_shown(door.port, NAME) == [NAME]
    second = certbot.order(order(pebble, NAME))
    assert second != first
    # Somebody else's account is not answered for; what is served stays.
    door.open(Certificate(id=NAME, names=(NAME,), pem=read_pem(second).pem), thumbprint="x" * 43)
    with pytest.raises(Problem) as caught:
        certbot.order(order(pebble, NAME))
    assert caught.value.kind == "acme-failed"
    assert any("unauthorized" in line for line in caught.value.details), caught.value.details
    assert names_shown(door.port, NAME) == [NAME]
    for path in (tmp_path / "acme").rglob("*privkey*"):
        assert path.stat().st_mode & 0o077 == 0 or path.parent.stat().st_mode & 0o077 == 0
    assert (tmp_path / "acme" / "config").stat().st_mode & 0o077 == 0


PLUGIN = '''
import json, urllib.request
from certbot.plugins import dns_common


class Authenticator(dns_common.DNSAuthenticator):
    """Writes records to pebble-challtestsrv, at the address in its credentials."""

    @classmethod
    def add_parser_arguments(cls, add):
        super().add_parser_arguments(add, default_propagation_seconds=0)
        add("credentials", help="a file")

    def more_info(self):
        return "for tests"

    def _setup_credentials(self):
        self.told = self._configure_credentials("credentials", "a file", {"url": "an address"})

    def _perform(self, domain, name, value):
        self._tell("set-txt", {"host": f"{name}.", "value": value})

    def _cleanup(self, domain, name, value):
        self._tell("clear-txt", {"host": f"{name}."})

    def _tell(self, what, record):
        url = f"{self.told.conf('url')}/{what}"
        urllib.request.urlopen(url, json.dumps(record).encode(), timeout=10).close()
'''


def install_plugin(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have certbot find a plugin for the DNS of these tests, as an installed one is found."""
    package = folder / "certbot_dns_challtestsrv-1.0.dist-info"
    package.mkdir(parents=True)
    (folder / "certbot_dns_challtestsrv.py").write_text(PLUGIN)
    (package / "METADATA").write_text("Name: certbot-dns-challtestsrv\nVersion: 1.0\n")
    entry = "dns-challtestsrv = certbot_dns_challtestsrv:Authenticator"
    (package / "entry_points.txt").write_text(f"[certbot.plugins]\n{entry}\n")
    program = folder / "certbot"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={folder} exec {require_tool("certbot")} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.slow
def test_a_wildcard_is_ordered_by_dns_and_served_for_every_name_below_it(
    door: Door,
    certbot: Certbot,
    pebble: Pebble,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Issue 7, item 1: DNS-01 as the authority asks it; nothing is asked on port 80."""
    install_plugin(tmp_path / "plugin", monkeypatch)
    wanted = CertificateOrder(
        id="wildcard_example.com",
        names=("example.com", "*.example.com"),
        server=pebble.directory,
        dns="challtestsrv",
        credentials=f"dns_challtestsrv_url = {pebble.names}\n",
    )
    found = read_pem(certbot.order(wanted))
    assert set(found.names) == {"example.com", "*.example.com"}
    made = Certificate(id=wanted.id, names=found.names, pem=found.pem)
    door.open(made, thumbprint="x" * 43)
    for name in ("example.com", "www.example.com", "fix-login.example.com"):
        assert set(names_shown(door.port, name)) == set(wanted.names)
    assert list((tmp_path / "acme").glob("*.ini")) == []  # the credentials are not left there
    wrong = replace(wanted, credentials=f"dns_challtestsrv_url = http://{LOOPBACK}:9\n")
    with pytest.raises(Problem) as caught:
        certbot.order(wrong)
    assert caught.value.kind == "acme-failed"


def test_an_authority_that_is_not_there_is_said_so(certbot: Certbot) -> None:
    where = f"https://{LOOPBACK}:{free_port()}/dir"
    with pytest.raises(Problem) as caught:
        certbot.thumbprint(where, "")
    assert caught.value.kind == "acme-failed"
    assert where in caught.value.message
