"""Which ports `init` proposes on a machine where some are taken."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from shipway.cli.init_ports import PORTS, free_ports, ports_here, ports_note
from tests.cli.fake import FakeDaemon
from tests.cli.views import environment, status


def test_the_usual_ports_are_proposed_where_they_are_free() -> None:
    assert free_ports(lambda _port: False) == PORTS
    assert ports_note(PORTS) == ""


@pytest.mark.parametrize("taken", [{4400}, {4500}, {4400, 4500}])
def test_both_move_on_together_where_one_is_taken(taken: set[int]) -> None:
    ports = free_ports(taken.__contains__)
    assert ports == {"staging": 4401, "production": 4501}
    assert ports_note(ports) == (
        "Port 4400 or 4500 is taken on this machine: 4401 and 4501 are proposed."
    )


def test_what_listens_here_and_what_another_project_is_served_at_is_taken(
    daemon: FakeDaemon, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del home
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        monkeypatch.setattr("shipway.cli.init_ports.PORTS", {"staging": port, "production": 65_000})
        daemon.get("/status", status())
        assert ports_here()["staging"] > port
    daemon.get("/status", status(environment(urls=[f"http://127.0.0.1:{port}/"])))
    assert ports_here()["staging"] > port
