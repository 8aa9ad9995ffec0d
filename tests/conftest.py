"""What every test room shares: Hypothesis' profiles, and the gate of the Docker tests."""

from __future__ import annotations

import os
import socket
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


@cache
def missing_engine() -> str | None:
    """Return why no Docker Engine can be used, or None where one answers."""
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
    """Keep the ids of the tests that passed in the file that SHIPWAY_RAN names."""
    ran = os.environ.get("SHIPWAY_RAN")
    if ran and report.when == "call" and report.passed and "PYTEST_XDIST_WORKER" not in os.environ:
        with Path(ran).open("a") as stream:
            stream.write(f"{report.nodeid}\n")


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
