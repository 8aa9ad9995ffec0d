"""Fixtures: a real HAProxy in a directory of its own, and upstream servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shipway.ingress.haproxy import HAProxyIngress
from tests.ingress.support import free_port, new_ingress
from tests.ingress.upstreams import Upstreams


@pytest.fixture
def ingress(tmp_path: Path) -> Iterator[HAProxyIngress]:
    """A HAProxyIngress that is ended after the test."""
    made = new_ingress(tmp_path / "ingress")
    yield made
    made.shutdown()


@pytest.fixture
def port() -> int:
    """A free port for a listener."""
    return free_port()


@pytest.fixture
def upstreams() -> Iterator[Upstreams]:
    """Small HTTP and WebSocket servers, ended after the test."""
    with Upstreams() as servers:
        yield servers
