"""Doppler's download API, as its documentation describes it, from a local stand-in."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.model.secret import How
from shipway.vault import AgeVault
from shipway.vault.doppler import TOKEN, download

GOOD = "dp.st.stg.canary-token-4417"


@dataclass
class StandIn:
    """Speaks the download API for one service token."""

    secrets: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    asked: list[str] = field(default_factory=list)
    address: str = ""


@pytest.fixture
def doppler() -> Iterator[StandIn]:
    stand_in = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            stand_in.asked.append(self.path)
            if self.headers.get("Authorization") != f"Bearer {GOOD}":
                self._reply(401, b'{"messages": ["Invalid Auth token"], "success": false}')
            else:
                self._reply(200, stand_in.raw or json.dumps(stand_in.secrets).encode())

        def _reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    stand_in.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield stand_in
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def test_a_stand_in_of_doppler_is_followed_and_what_was_set_here_stays(
    vault: AgeVault, staging: EnvironmentId, doppler: StandIn
) -> None:
    """R064."""
    vault.change(staging, who="ann", put={TOKEN: GOOD, "OWN": "mine", "A": "before"})
    doppler.secrets = {"A": "1", "B": "2", "EMPTY": "", "DOPPLER_CONFIG": "stg"}
    version, names = vault.take_over(staging, who="ann", address=doppler.address)
    assert (version, names) == (2, ("A", "B"))
    assert doppler.asked == ["/v3/configs/config/secrets/download?format=json"]
    doppler.secrets = {"A": "1", "C": "3"}
    _version, names = vault.take_over(staging, who="ann", address=doppler.address)
    assert names == ("B", "C")
    assert dict(vault.values(staging)) == {TOKEN: GOOD, "OWN": "mine", "A": "1", "C": "3"}
    how = {item.name: item.how for item in vault.secrets(staging)}
    assert how == {TOKEN: How.SET, "OWN": How.SET, "A": How.DOPPLER, "C": How.DOPPLER}
    assert vault.take_over(staging, who="ann", address=doppler.address) == (3, ())


@pytest.mark.parametrize("raw", [b"[]", b"not json", b'{"A": 1}'])
def test_an_answer_that_is_no_list_of_secrets_changes_nothing(
    vault: AgeVault, staging: EnvironmentId, doppler: StandIn, raw: bytes
) -> None:
    vault.change(staging, who="ann", put={TOKEN: GOOD})
    doppler.raw = raw
    with pytest.raises(Problem) as caught:
        vault.take_over(staging, who="ann", address=doppler.address)
    assert caught.value.kind == "doppler-refused"
    assert vault.version(staging) == 1


def test_a_wrong_token_is_said_and_not_shown(
    vault: AgeVault, staging: EnvironmentId, doppler: StandIn
) -> None:
    vault.change(staging, who="ann", put={TOKEN: "dp.st.wrong-token"})
    with pytest.raises(Problem) as caught:
        vault.take_over(staging, who="ann", address=doppler.address)
    assert caught.value.kind == "doppler-refused"
    assert "wrong-token" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("http://127.0.0.1:1", "doppler-unreachable"),
        ("http://doppler.example.com", "doppler-unreachable"),
        ("ftp://127.0.0.1", "doppler-unreachable"),
    ],
)
def test_an_address_that_cannot_be_asked_changes_nothing(
    vault: AgeVault, staging: EnvironmentId, address: str, kind: str
) -> None:
    vault.change(staging, who="ann", put={TOKEN: GOOD})
    with pytest.raises(Problem) as caught:
        vault.take_over(staging, who="ann", address=address)
    assert caught.value.kind == kind


def test_without_a_token_the_command_that_sets_it_is_named(
    vault: AgeVault, staging: EnvironmentId
) -> None:
    with pytest.raises(Problem) as caught:
        vault.take_over(staging, who="ann")
    assert caught.value.hints == (f"shipway secret set {TOKEN} -e staging",)


@pytest.mark.parametrize("token", ["dp.st.hidden\n", "dp.st.hid\u00e9n", "dp.st\r\nhidden: 1"])
def test_a_token_that_no_header_takes_is_said_and_not_shown(token: str) -> None:
    """The HTTP client's own error holds the whole header."""
    with pytest.raises(Problem) as caught:
        download(token)
    assert caught.value.kind == "doppler-refused"
    assert "hid" not in f"{caught.value!r} {caught.value}"
