"""HTTPS from the first deploy on, an admin page behind a login, and a maintenance page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ingress.client import fetch
from tests.ingress.pebble import Pebble, RunningPebble
from tests.ingress.test_policies import basic
from tests.ingress.test_tls import names_shown
from tests.support.commands import type_command
from tests.support.files import files_below
from tests.support.running import Shipway, eventually, free_ports
from tests.support.tinyapp import SPEC, TinyApp

HOST = "shop.example.com"
CLOSED = "<h1>점검 중입니다</h1>"


@pytest.fixture
def plain_port() -> int:
    return free_ports(3)[2]


@pytest.fixture
def pebble(tmp_path: Path, plain_port: int) -> Iterator[Pebble]:
    running = RunningPebble(tmp_path / "pebble", plain_port)
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture
def shipway(home: Path, pebble: Pebble) -> Iterator[Shipway]:
    running = Shipway(home)
    running.start(REQUESTS_CA_BUNDLE=str(pebble.bundle))
    try:
        yield running
    finally:
        running.close()


@pytest.mark.slow
def test_a_name_gets_its_certificate_an_admin_page_its_login_and_visitors_a_page(
    shipway: Shipway, app: TinyApp, pebble: Pebble, plain_port: int, tmp_path: Path
) -> None:
    """R016, R091, R137, R145, D14, D20; issue 7, items 1, 3 and 4."""
    (tmp_path / "root.pem").write_text(pebble.root())
    tls = (
        f"{{server: {pebble.directory!r}, redirect: {plain_port}, hsts: 1h, "
        f"ca: {tmp_path}/root.pem}}"
    )
    staging = f"{{port: @STAGING@, host: {HOST}, tls: {tls}, variables: {{PAGE_PASSWORD: 비밀-9}}}}"
    spec = SPEC.replace("{port: @STAGING@}", staging) + (
        "routes:\n  /: api\n"
        "  /env: {service: api, login: {admin: PAGE_PASSWORD}}\n"
        "ingress: {pages: {maintenance: closed.html}}\n"
        "journeys: {read: {steps: [{request: GET /items}]}}\n"
    )
    app.commit(shipway__yaml=spec, closed__html=CLOSED)
    shipway.rolled("deploy", app.directory, "staging")
    view = shipway.environment(app.project, "staging")
    assert view["urls"] == [f"https://{HOST}:{app.staging}/"]
    eventually("the certificate is served", lambda: names_shown(app.staging, HOST) == [HOST], 60)
    sent = fetch(plain_port, "/items?x=1", host=HOST)
    assert sent.status == 308
    assert sent.headers["location"] == f"https://{HOST}:{app.staging}/items?x=1"

    listed = type_command(shipway, app, "certificates")
    assert listed.returncode == 0, listed.stderr
    assert listed.stdout.startswith(f"✓ {HOST}  ")
    assert "days left, by Pebble" in listed.stdout
    assert f"{HOST} leads" in listed.stdout  # the test's name is nobody's
    before = shipway.client.get("/certificates", dns=False)["certificates"][0]["not_after"]
    renewed = type_command(shipway, app, "certificates", "renew", HOST)
    assert renewed.stdout == f"✓ {HOST}: new, and served from now on.\n", renewed.stderr
    after = shipway.client.get("/certificates", dns=False)["certificates"][0]["not_after"]
    assert after >= before
    assert names_shown(app.staging, HOST) == [HOST]
    unknown = type_command(shipway, app, "certificates", "renew", "other.example.com")
    assert unknown.returncode == 1
    assert "no environment needs a certificate called other.example.com" in unknown.stderr

    def status(path: str, **headers: str) -> int:
        return fetch(app.staging, path, host=HOST, headers=headers, tls=True).status

    assert status("/env") == 401
    assert status("/env", **basic("admin", "비밀-9")) == 200
    closed = type_command(
        shipway, app, "maintenance", "on", "staging", "--allow", "203.0.113.7", "-y"
    )
    assert "is closed for maintenance" in closed.stdout, closed.stderr
    page = fetch(app.staging, "/items", host=HOST, tls=True)
    assert (page.status, page.body) == (503, CLOSED)
    assert "is open" in type_command(shipway, app, "maintenance", "off", "staging").stdout
    assert status("/items") == 200

    # From now on a release has to be reached by who trusts the authority.
    shipway.rolled("deploy", app.directory, "staging")
    went = type_command(shipway, app, "journey", "run", "read", "staging")
    assert went.returncode == 0, went.stdout + went.stderr
    (tmp_path / "root.pem").write_bytes(pebble.bundle.read_bytes())
    problem = shipway.refused("deploy", app.directory, "staging")
    assert problem.kind == "smoke-failed"
    assert "its certificate is refused" in problem.message

    # The daemon is down: the front door is not.
    shipway.kill()
    assert status("/items") == 200
    assert names_shown(app.staging, HOST) == [HOST]
    shipway.start(REQUESTS_CA_BUNDLE=str(pebble.bundle))
    assert status("/items") == 200
    for path, content, mode in files_below(shipway.places.home):
        if b"PRIVATE KEY" in content:
            assert mode & 0o077 == 0, path
