"""What every test room shares: Hypothesis' profiles, and the gate of the Docker tests."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Generator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# before anybody imports it: other rooms use its applications, too
pytest.register_assert_rewrite("tests.engines.conformance")

settings.register_profile(
    "default", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("fuzz", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

SOCKET_TIMEOUT_S = 5
IMAGES_S = 900
"""`./dev check` builds them beside the first tests, and tells in a file when they are there."""
WAITED_IN_VAIN = "NotInTimeError"
"""What tests/support/running.py raises: dev.d/second_look.py looks at such a test again."""


@cache
def missing_engine() -> str | None:
    """Return why no Docker Engine can be used, or None where one answers."""
    ready = os.environ.get("SHIPWAY_DOCKER_READY")
    if ready and (not Path(ready).exists() or Path(ready).read_text().strip() != "ready"):
        return "the base images could not be built: see .dev/check/docker.log"
    host = os.environ.get("DOCKER_HOST", "")
    if not host:
        return "DOCKER_HOST names no Docker Engine: eval $(./dev engine)"
    scheme, _, path = host.partition("://")
    if scheme != "unix":
        return f"the tests use an engine of this machine only, not {host}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(SOCKET_TIMEOUT_S)
        try:
            client.connect(path)
            client.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            answer = client.recv(64)
        except OSError as error:
            return f"the Docker Engine at {host} does not answer: {error}"
    return None if b" 200 " in answer else f"the Docker Engine at {host} answered {answer!r}"


LONG = (
    *("tests/crash/", "tests/systems/", "tests/disaster/", "tests/alerts/"),
    *("tests/acceptance/", "tests/backup/", "tests/previews/", "tests/vault/test_canary"),
)
"""What takes minutes a file: begun first, so that no worker waits for another at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first, before them those that need no engine, whose images come beside.

    Not those that measure how long answers take: that costs time.  Otherwise the order stays.
    """
    docker = {item.path for item in items if item.get_closest_marker("docker") is not None}

    def rank(item: pytest.Item) -> int:
        if not item.nodeid.startswith(LONG):
            return 2
        return 1 if item.path in docker or item.nodeid.startswith("tests/alerts/") else 0

    items.sort(key=rank)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let a Docker test wait for the engine's images, before its own time begins."""
    ready = os.environ.get("SHIPWAY_DOCKER_READY")
    if ready and item.get_closest_marker("docker") is not None:
        until = time.monotonic() + IMAGES_S
        while not Path(ready).exists() and time.monotonic() < until:
            time.sleep(0.5)
    return (yield)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a Docker test where no engine is; CI as root has one, so there it fails."""
    if item.get_closest_marker("docker") is None:
        return
    reason = missing_engine()
    if reason is None:
        return
    if os.environ.get("CI") == "true" and os.geteuid() == 0:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep the ids of what passed and what failed in the files that the environment names."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    line = report.nodeid
    if report.failed:
        name = "SHIPWAY_FAILED"
        crash = getattr(report.longrepr, "reprcrash", None)
        if crash is not None and WAITED_IN_VAIN in crash.message.partition(":")[0]:
            line += "\tnot in time"
    elif report.passed and report.when == "call":
        name = "SHIPWAY_RAN"
    else:
        return
    if kept := os.environ.get(name):
        with Path(kept).open("a") as stream:
            stream.write(f"{line}\n")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests measured: `record_property("figure", …)`, also from parallel workers."""
    figures = [
        str(value)
        for report in terminalreporter.stats.get("passed", [])
        for name, value in getattr(report, "user_properties", ())
        if name == "figure" and report.when == "call"
    ]
    if figures:
        terminalreporter.section("figures")
        for figure in figures:
            terminalreporter.write_line(figure)
