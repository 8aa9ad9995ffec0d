"""The conformance suite over a real HAProxy."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ingress.conformance.suite import IngressConformance
from tests.ingress.support import LOOPBACK, eventually, new_ingress


class RealIngress:
    def __init__(self, directory: Path) -> None:
        self.ingress = new_ingress(directory)
        self.sockets: list[socket.socket] = []

    def occupy(self, port: int) -> None:
        self.sockets.append(socket.create_server((LOOPBACK, port)))

    def kill(self) -> None:
        pid = self.ingress.status().pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: not self.ingress.alive())


class TestHAProxyIngress(IngressConformance):
    @pytest.fixture
    def under_test(self, tmp_path: Path) -> Iterator[RealIngress]:
        made = RealIngress(tmp_path / "ingress")
        yield made
        for one in made.sockets:
            one.close()
