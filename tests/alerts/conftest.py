"""One watched application, served by a real daemon, for all faults."""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.alerts import application
from tests.alerts.receivers import Mailbox, Webhook
from tests.support.running import Shipway, eventually, free_ports

PROJECT, ENVIRONMENT = "watched", "staging"
EVERY_S = "0.5"
WITHIN_S = 45.0


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--minutes", type=float, default=0.5, help="of healthy load")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let ten minutes of healthy load outlast the time that any other test has."""
    minutes = float(config.getoption("--minutes", 0.5))
    for item in items:
        if item.name == "test_healthy_load_alarms_nobody":
            item.add_marker(pytest.mark.timeout(60 * minutes + 240))


@dataclass
class Watched:
    """The application, its daemon and its receivers."""

    shipway: Shipway
    hook: Webhook
    mail: Mailbox
    port: int
    home: Path

    def get(self, path: str) -> int:
        """Return the status of a request through the ingress."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def series(self, indicator: str) -> list[dict[str, Any]]:
        found = self.shipway.client.get(
            f"/projects/{PROJECT}/environments/{ENVIRONMENT}/indicators"
        )["indicators"]
        return [item for item in found if item["indicator"] == indicator]

    def incidents(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.shipway.client.get("/incidents", active=True)[
            "incidents"
        ]
        return [item for item in found if item["project"] == PROJECT]

    def active(self, condition: str) -> dict[str, Any] | None:
        return next((item for item in self.incidents() if item["condition"] == condition), None)

    def fires(self, condition: str, words: str) -> dict[str, Any]:
        """Wait for the incident and for the message that tells of it; return the incident."""
        incident: dict[str, Any] = eventually(
            f"{condition} fires; {self.shipway.log()}", lambda: self.active(condition), WITHIN_S
        )
        try:
            eventually(
                f"the receiver is told of {words}",
                lambda: any(words in line and "해소" not in line for line in self.told()),
                WITHIN_S,
            )
        except AssertionError as error:
            notices = self.shipway.client.get("/notices")["notices"][:3]
            error.add_note(f"{self.hook.titles()} {notices} {self.shipway.log()}")
            raise
        return incident

    def shows(self, condition: str, wanted: Callable[[float], bool]) -> None:
        """Wait until the incident's figure is as wanted: each look brings it up to date."""

        def shown() -> bool:
            incident = self.active(condition)
            return incident is not None and wanted(incident["figure"])

        eventually(f"{condition} shows its figure", shown, WITHIN_S)

    def told(self) -> list[str]:
        """Return every line that the receiver got: what is due together is one message."""
        return [
            line for item in self.hook.received for line in (item.title, *item.body.splitlines())
        ]

    def resolves(self, condition: str, words: str) -> None:
        """Wait until the incident is over and the receiver knows."""
        eventually(f"{condition} resolves", lambda: self.active(condition) is None, WITHIN_S)
        eventually(
            f"the receiver is told that {words} is over; it has {self.hook.titles()}",
            lambda: any(
                words in f"{item.title}{item.body}" and "해소" in f"{item.title}{item.body}"
                for item in self.hook.received
            ),
            WITHIN_S,
        )

    def quiet(self) -> None:
        """Wait until nothing is wrong any more."""
        eventually(
            "nothing is wrong",
            lambda: not [item for item in self.incidents() if item["level"] != "record"],
            90,
        )


@pytest.fixture(scope="session")
def watched() -> Iterator[Watched]:
    # PostgreSQL runs as another user, who may not pass through pytest's own directory
    base = Path(tempfile.mkdtemp(prefix="shipway-alerts-"))
    base.chmod(0o755)
    ports = free_ports(3)
    hook, mail = Webhook(), Mailbox(ports[2])
    app = application.make(base / "watched", ports=ports[:2], hook=hook.port, smtp=ports[2])
    shipway = Shipway(base / "home")
    shipway.start(SHIPWAY_OBSERVE_EVERY_S=EVERY_S)
    try:
        shipway.rolled("deploy", app.directory, ENVIRONMENT)
        yield Watched(shipway=shipway, hook=hook, mail=mail, port=ports[0], home=base / "home")
    finally:
        try:
            shipway.close()
        finally:
            hook.close()
            mail.close()
            shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def calm(watched: Watched) -> Watched:
    """The application when nothing is wrong with it; receivers are emptied."""
    watched.quiet()
    watched.hook.received.clear()
    watched.mail.received.clear()
    return watched


@pytest.fixture
def load(watched: Watched) -> Iterator[Callable[[str], None]]:
    """Begins to ask for a path again and again, until the test ends."""
    ending = threading.Event()
    threads: list[threading.Thread] = []

    def begin(path: str, every_s: float = 0.05) -> None:
        def ask() -> None:
            while not ending.is_set():
                watched.get(path)
                ending.wait(every_s)

        threads.append(threading.Thread(target=ask, daemon=True))
        threads[-1].start()

    yield begin
    ending.set()
    for thread in threads:
        thread.join(15)


@pytest.fixture
def small_filesystem(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB; where none may be mounted, the test says so."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root may mount a small file system")
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no file system may be mounted here: {done.stderr.strip()}")
    yield place
    deadline = time.monotonic() + 10
    while subprocess.run(["umount", str(place)], check=False, capture_output=True).returncode:
        assert time.monotonic() < deadline
