"""A Debian server that systemd runs, in a container: what `shipway install` is made for.

systemd is the container's first process, in a cgroup namespace of its own, with hierarchies
that it mounts itself: nothing of the machine's is written to.  The network is the machine's,
so that the test asks the server's ports as a visitor does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pytest

from tests.support.running import eventually

ROOT = Path(__file__).resolve().parents[2]
PASSED_ON = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "http_proxy", "https_proxy", "no_proxy")
IMAGE = "shipway-tests/booted"
# Debian's own services stay off: they would listen on the machine's ports
DOCKERFILE = b"""
FROM debian:bookworm-slim
RUN apt-get update -q && apt-get install -y -q --no-install-recommends \\
      systemd systemd-sysv dbus git procps python3 python3-venv redis-server \\
    && systemctl mask redis-server && rm -rf /var/lib/apt/lists/*
STOPSIGNAL SIGRTMIN+3
CMD ["/sbin/init"]
"""
OWN_GROUPS = ("--cgroupns", "private", "--tmpfs", "/sys/fs/cgroup:rw")
OPTIONS = (
    "--cap-add", "SYS_ADMIN", "--security-opt", "seccomp=unconfined",
    "--security-opt", "apparmor=unconfined", "--network", "host",
    "--tmpfs", "/run", "--tmpfs", "/run/lock", "--env", "container=docker",
)  # fmt: skip
COMMAND_S = 180
BOOT_S = 60


class Booted:
    """The server; `say` runs a command there."""

    def __init__(self, name: str) -> None:
        self.name = name

    def run(
        self, *words: str, user: str = "root", folder: str = "/"
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as a user that has logged in; what it says comes in one piece."""
        line = ["runuser", "-u", user, "--", "env", f"HOME=/home/{user}", "NO_COLOR=1", *words]
        return subprocess.run(
            ["docker", "exec", "--workdir", folder, self.name, *(words if user == "root" else line)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=COMMAND_S, check=False,
        )  # fmt: skip

    def say(self, *words: str, user: str = "root", folder: str = "/") -> str:
        """Run a command that must succeed; return what it says."""
        done = self.run(*words, user=user, folder=folder)
        assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}"
        return done.stdout

    def put(self, source: Path, target: str, *, owner: str) -> None:
        """Copy a directory there, for a user."""
        docker("cp", str(source), f"{self.name}:{target}")
        self.say("chown", "-R", f"{owner}:", target)

    def await_boot(self) -> None:
        """Wait until systemd has started everything."""
        state = ("systemctl", "is-system-running")
        eventually("systemd runs it", lambda: self.run(*state).stdout.strip() == "running", BOOT_S)

    def console(self) -> str:
        """Return the last that it said while it booted."""
        done = subprocess.run(
            ["docker", "logs", "--tail", "5", self.name],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=COMMAND_S, check=False,
        )  # fmt: skip
        return done.stdout.strip()

    def reboot(self) -> None:
        """Shut it down and start it again."""
        docker("restart", "--time", "30", self.name)
        self.await_boot()


@contextmanager
def booted() -> Iterator[Booted]:
    """Yield a server that has booted, with this checkout at /checkout."""
    docker("build", "--network", "host", "--tag", IMAGE, "-", given=DOCKERFILE)
    server = Booted(f"shipway-booted-{os.getpid()}")
    passed_on = [word for key in PASSED_ON if key in os.environ for word in ("--env", key)]
    words = ["--detach", "--name", server.name, *OPTIONS, *OWN_GROUPS, *passed_on]
    try:
        try:
            docker("run", *words, "--volume", f"{ROOT}:/checkout:ro", IMAGE)
            server.await_boot()
        except AssertionError as error:  # an engine without such rights, other control groups
            pytest.skip(f"no systemd boots in a container here: {error} {server.console()}")
        yield server
    finally:
        docker("rm", "--force", "--volumes", server.name)


def docker(*words: str, given: bytes | None = None) -> None:
    """Run a command of Docker's that must succeed."""
    program = shutil.which("docker")
    assert program is not None
    done = subprocess.run(
        [program, *words], input=given, capture_output=True, timeout=COMMAND_S, check=False
    )
    assert done.returncode == 0, f"docker {' '.join(words)}\n{done.stderr.decode()}"


class Visitor:
    """Asks one address after the other until it goes; failures: what did not answer 200."""

    def __init__(self, url: str) -> None:
        self.url, self.answers, self.failures = url, 0, list[str]()
        self._going = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._going.set()
        self._thread.join(30)

    def _ask(self) -> None:
        while not self._going.wait(0.02):
            if why := refused(self.url):
                self.failures.append(why)
            self.answers += 1


def refused(url: str) -> str:
    """Return why an address does not answer 200; empty where it does."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            answer.read()
            return "" if answer.status == 200 else str(answer.status)
    except (OSError, urllib.error.URLError) as error:
        return f"{time.strftime('%X')} {error}"


def words_of(said: str, mark: str) -> list[str]:
    """Return the lines that begin with a mark."""
    return [line.strip() for line in said.splitlines() if line.strip().startswith(mark)]
