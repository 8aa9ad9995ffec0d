"""A real daemon with a real application on both environments, and people who may come in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.browsing import Browser
from tests.support.running import Shipway, free_ports
from tests.support.tinyapp import TinyApp, Variant

PROJECT = "harbour"


@dataclass(frozen=True, slots=True)
class Harbour:
    """The daemon, its dashboard's address, and the application."""

    shipway: Shipway
    base: str
    app: TinyApp

    def browser(self) -> Browser:
        """Return a browser that nobody has signed in with."""
        return Browser(self.base)

    def person(self, name: str, role: str) -> Browser:
        """Return a new person's browser."""
        answer = self.shipway.client.post("/users/invite", {"role": role, "name": name})
        browser = self.browser()
        assert browser.join(answer["path"], name).status == 303
        return browser

    def token(self, name: str, **more: object) -> str:
        """Return a new token's secret."""
        wanted = {"name": name, "project": PROJECT, "role": "admin", **more}
        return str(self.shipway.client.post("/tokens", wanted)["secret"])


@pytest.fixture(scope="module")
def empty() -> Iterator[Harbour]:
    """Yield a dashboard over a server to which nothing was deployed."""
    yield from _harbour(lambda _harbour: None)


@pytest.fixture(scope="module")
def harbour() -> Iterator[Harbour]:
    """Yield a dashboard over an application with staging ahead of production."""
    yield from _harbour(_deployed)


def _deployed(harbour: Harbour) -> None:
    directory = harbour.app.directory
    harbour.app.commit(Variant(version="First version of the API"))
    harbour.shipway.rolled("deploy", directory, "staging")
    harbour.shipway.rolled("promote", directory, "production")
    harbour.app.commit(Variant(version="Faster item search"))
    harbour.shipway.rolled("deploy", directory, "staging")


def _harbour(prepare: Callable[[Harbour], None]) -> Iterator[Harbour]:
    with TemporaryDirectory(prefix="shipway-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        running = Shipway(Path(name) / "home")
        running.start()
        try:
            staging, production, door = free_ports(3)
            answer = running.client.post("/dashboard", {"address": f"127.0.0.1:{door}"})
            app = TinyApp(
                Path(name) / "app",
                project=PROJECT,
                staging=staging,
                production=production,
                noisy=True,
            )
            found = Harbour(running, answer["url"], app)
            prepare(found)
            yield found
        finally:
            running.close()
