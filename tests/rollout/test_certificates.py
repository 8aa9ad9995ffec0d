"""Which certificates are wanted, when they are due, and what is said of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from shipway.certificates.certbot import order_argv, what_was_said
from shipway.certificates.names import may_be_here
from shipway.certificates.reading import read_pem
from shipway.certificates.shelf import CertificateShelf
from shipway.errors import Problem
from shipway.model.application import Application, RouteRule
from shipway.model.condition import Level
from shipway.model.front import FrontDoor, Tls
from shipway.model.names import EnvironmentId
from shipway.model.workload import SecretMap
from shipway.ports_certificates import CertificateOrder, OrderState, Origin, Shelved
from shipway.rollout.certificates import (
    DAY_S,
    certificate_conditions,
    covers,
    days_left,
    is_due,
    renewal_at,
    retry_at,
    wanted_certificates,
)
from tests.ingress.pebble import certificate, pem

NOW = 1_000_000_000.0


def app(*hosts: str, tls: Tls | None = None, **values: str) -> Application:
    return Application(
        environment=EnvironmentId("shop", "production"),
        services=(),
        routes=(RouteRule(service="api"), RouteRule(service="api", host="api.shop.example")),
        port=443,
        hosts=hosts,
        front=FrontDoor(tls=tls or Tls(), values=SecretMap(values)),
    )


def shelved(name: str, *, days: float, left: float) -> Shelved:
    end = NOW + left * DAY_S
    return Shelved(
        id=name,
        names=(name,),
        not_before=end - days * DAY_S,
        not_after=end,
        issuer="x",
        origin=Origin.ORDERED,
    )


def test_every_routed_name_gets_a_certificate_of_its_own() -> None:
    """R091, D15: what has a route has a certificate, and the other way round."""
    found = wanted_certificates([app("shop.example", "www.shop.example")])
    assert [one.names for one in found] == [
        ("shop.example",),
        ("www.shop.example",),
        ("api.shop.example",),
    ]
    plain = replace(app("shop.example"), front=FrontDoor())
    assert wanted_certificates([plain]) == ()


def test_a_wildcard_stands_for_what_lies_one_label_below_it() -> None:
    tls = Tls(dns="cloudflare", dns_credentials="INI", wildcards=("shop.example",))
    found = wanted_certificates([app("shop.example", "a.b.shop.example", tls=tls, INI="secret")])
    assert [one.names for one in found] == [
        ("shop.example", "*.shop.example"),
        ("a.b.shop.example",),
    ]
    assert covers("*.shop.example", "api.shop.example")
    assert not covers("*.shop.example", "shop.example")
    assert found[0].credentials == "secret"


def test_it_is_renewed_when_a_third_is_left_and_not_all_in_the_same_minute() -> None:
    (wanted,) = wanted_certificates([replace(app("a.example"), routes=())])
    assert is_due(wanted, None, NOW)
    assert not is_due(wanted, shelved("a.example", days=90, left=34), NOW)
    assert is_due(wanted, shelved("a.example", days=90, left=29.9), NOW)
    assert is_due(wanted, shelved("b.example", days=90, left=80), NOW)  # other names
    moments = {renewal_at(shelved(f"h{n}.example", days=90, left=90)) for n in range(100)}
    assert len(moments) > 95
    assert max(moments) - min(moments) > 2 * DAY_S


def test_failed_orders_wait_longer_and_longer_and_never_for_ever() -> None:
    waits = [retry_at(failures, "a", NOW) - NOW for failures in range(1, 9)]
    assert waits == sorted(waits)
    assert 300 <= waits[0] < 311
    assert waits[-1] <= 12.5 * 3600


@pytest.mark.parametrize(
    ("left", "level"),
    [
        (20, None),
        (14, Level.WARNING),
        (7, Level.URGENT),
        (2, Level.IMMEDIATE),
        (-1, Level.IMMEDIATE),
    ],
)
def test_a_certificate_is_reported_long_before_it_ends(left: float, level: Level | None) -> None:
    wanted = wanted_certificates([replace(app("a.example"), routes=())])
    kept = {"a.example": shelved("a.example", days=90, left=left)}
    found = certificate_conditions(wanted, kept, {}, NOW)
    assert [one.level for one in found] == ([] if level is None else [level])
    if found:
        assert found[0].id == "certificate-ends"
        assert found[0].says.en != found[0].says.ko


def test_a_failing_order_is_reported_with_its_reason() -> None:
    wanted = wanted_certificates([replace(app("a.example"), routes=())])
    order = OrderState(id="a.example", failures=2, problem=Problem("acme-failed", "No."))
    (found,) = certificate_conditions(wanted, {}, {"a.example": order}, NOW)
    assert (found.id, found.level) == ("certificate-order-failed", Level.WARNING)
    assert "No." in found.says.ko


def test_the_shelf_keeps_what_can_be_served_and_nothing_else(tmp_path: Path) -> None:
    shelf = CertificateShelf(tmp_path / "certificates")
    good = certificate("a.example", "*.a.example")
    kept = shelf.put("a.example", pem(good), Origin.OWN)
    assert kept.names == ("a.example", "*.a.example")
    assert shelf.all() == (kept,)
    assert "PRIVATE KEY" in shelf.load(["a.example", "unknown"])[0].pem
    assert "PRIVATE" not in repr(shelf.load(["a.example"]))
    (file,) = (tmp_path / "certificates").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    foreign = (good[0], certificate("b.example")[1])
    for text in ("", "nonsense", pem(foreign), pem(good).replace("BEGIN CERT", "BEGIN X")):
        with pytest.raises(Problem) as caught:
            shelf.put("a.example", text, Origin.OWN)
        assert caught.value.kind == "certificate-broken"
    assert shelf.all() == (kept,)
    (tmp_path / "certificates" / "b.own.pem").write_text("half a file")
    assert shelf.all() == (kept,)
    assert read_pem(pem(good)).issuer == "a.example"


def test_certbot_is_told_all_and_no_secret_in_its_arguments(tmp_path: Path) -> None:
    order = CertificateOrder(
        id="wildcard_a.example",
        names=("a.example", "*.a.example"),
        server="https://ca.example/dir",
        dns="cloudflare",
        credentials="dns_cloudflare_api_token = secret",
    )
    argv = order_argv(tmp_path, order)
    assert argv[argv.index("--authenticator") + 1] == "dns-cloudflare"
    assert "--dns-cloudflare-credentials" in argv
    assert argv[-4:] == ["-d", "a.example", "-d", "*.a.example"]
    assert "secret" not in " ".join(argv)
    assert "secret" not in repr(order)


def test_a_machine_behind_address_translation_may_be_where_a_name_leads() -> None:
    """R090: said, never in the way."""
    assert may_be_here(("203.0.113.9",), ("203.0.113.9",))
    assert not may_be_here(("203.0.113.9",), ("8.8.8.8",))
    assert may_be_here(("8.8.8.8",), ("10.0.0.5",))
    assert not may_be_here(("127.0.0.1",), ("10.0.0.5",))


def test_the_reason_is_found_in_what_certbot_says() -> None:
    said = "Requesting…\n\n  Domain: a\n  Type:   unauthorized\n  Detail: 404\nSee the log\n"
    assert what_was_said(said) == ("Domain: a", "Type:   unauthorized", "Detail: 404")


def test_the_days_of_a_certificate_are_an_indicator_and_one_that_is_not_there_says_so() -> None:
    """R177, R091."""
    wanted = wanted_certificates([app("shop.example")])
    kept = {"shop.example": shelved("shop.example", days=90, left=29.5)}
    first, second = days_left(wanted, kept, NOW)
    assert (first.key.indicator, first.key.subject, first.value) == (
        "certificate-days",
        "shop.example",
        29.5,
    )
    assert (second.value, second.reason) == (None, "it was not issued yet")
