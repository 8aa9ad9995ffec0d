"""The commands of the units, run as the system user with their capabilities and no more.

systemd does not run the machines on which the tests run, so no unit is started here (a
container's does so in test_under_systemd): the tests take user, environment, directory and command out of the units' text and do with
setpriv what systemd would do.
"""

from __future__ import annotations

import os
import pwd
import shlex
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import shipway
from shipway.api.client import Client, DaemonGone
from shipway.installation import machine, plan, units
from shipway.installation.layout import Layout
from shipway.places import Places
from shipway.tools import require_tool
from tests.support.asking import answer
from tests.support.running import Shipway, eventually, free_ports
from tests.support.tinyapp import TinyApp

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="makes a system user: only root can")
USER = f"shipway-t{os.getpid() % 100_000}"


def reachable_python() -> Path | None:
    """Return an interpreter of this version that other users may run."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for path in (Path(sys.executable), Path(f"/usr/bin/python{version}")):
        if path.exists() and machine.unreachable_part(path) is None:
            return path
    return None


def python_path() -> str:
    """Return where that interpreter finds Shipway and what it needs."""
    source = Path(shipway.__file__).parents[1]
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    return f"{source}:{packages}"


@pytest.fixture
def layout() -> Iterator[Layout]:
    """Yield an installation of a user of its own, made and removed by the real commands."""
    if (python := reachable_python()) is None:
        pytest.skip(f"no Python that other users may run: {sys.executable} lies in a closed folder")
    with TemporaryDirectory(prefix="shipway-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        made = Layout(
            python=python, haproxy=require_tool("haproxy"), home=Path(name) / "home", user=USER
        )
        facts = replace(machine.look(made), booted=False, found={})
        for change in plan.install_plan(made, facts):
            outside = change.file is not None and made.home not in change.file.path.parents
            if not outside:  # /etc and /usr/local are not the tests' to write to
                machine.carry_out(change, made)
        try:
            yield made
        finally:
            for change in plan.uninstall_plan(made, plan.Facts(user=True), purge=True):
                machine.carry_out(change, made)


class Unit:
    """A unit's process, as systemd would run it.

    group: the number of one more that its user is in.
    """

    def __init__(self, text: str, *, group: int | None = None, **more: str) -> None:
        lines = [line.partition("=") for line in text.splitlines() if "=" in line]
        self._values = {key: value for key, _, value in lines}
        words = [word for key, _, value in lines if key == "Environment" for word in value.split()]
        self._environment = {
            **dict(word.split("=", 1) for word in words),
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            **more,
        }
        self._groups = "--clear-groups" if group is None else f"--groups={group}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = self._values["AmbientCapabilities"].split()
        capabilities = ",".join(f"+{word.removeprefix('CAP_').lower()}" for word in words)
        account = pwd.getpwnam(self._values["User"])
        self.process = subprocess.Popen(
            [
                "setpriv",
                *(f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", self._groups),
                f"--inh-caps=-all,{capabilities}",
                f"--ambient-caps=-all,{capabilities}",
                f"--bounding-set=-all,{capabilities}",
                *(["--no-new-privs"] if self._values["NoNewPrivileges"] == "yes" else []),
                *shlex.split(self._values["ExecStart"]),
            ],
            cwd=self._values["WorkingDirectory"],
            env=self._environment,
            umask=int(self._values["UMask"], 8),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def end(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)


class Supervised:
    """What systemd does for the proxy: starts it with its configuration, and when it died."""

    def __init__(self, layout: Layout) -> None:
        self.unit = Unit(units.ingress_unit(layout))
        self.starts = 0
        self._configuration = layout.ingress / "haproxy.cfg"
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._keep)
        self._thread.start()

    def _keep(self) -> None:
        while not self._ending.wait(0.05):
            running = self.unit.process is not None and self.unit.process.poll() is None
            if not running and self._configuration.exists():
                self.unit.start()
                self.starts += 1

    def end(self) -> None:
        self._ending.set()
        self._thread.join()
        self.unit.end()


def low_port() -> int:
    """Return a port below 1024 that nobody listens on: 80, where it is free."""
    for port in (80, *range(1023, 900, -1)):
        with socket.socket() as candidate:
            try:
                candidate.bind(("0.0.0.0", port))
            except OSError:
                continue
            return int(port)
    raise AssertionError("every port below 1024 is taken")


class Running(Shipway):
    """The API's driver over a daemon that a unit's command runs."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.places = Places(home)
        self.client = Client(self.places.socket, "kim")

    def answers(self) -> bool:
        try:
            return bool(self.client.get("/daemon"))
        except DaemonGone:
            return False


@AS_ROOT
def test_as_the_system_user_the_daemon_and_the_proxy_serve_a_port_below_1024(
    layout: Layout,
) -> None:
    """Issue item 6: ports 80 and 443 without root; the units' own commands, without systemd."""
    home = Running(layout.home)
    daemon = Unit(units.daemon_unit(layout), HOME=str(layout.home), PYTHONPATH=python_path())
    proxy = Supervised(layout)
    try:
        daemon.start()
        eventually("the daemon answers", home.answers, 40)
        mode = stat.S_IMODE(home.places.socket.stat().st_mode)
        assert oct(mode) == "0o660", "the group of operators may speak with it, nobody else"

        port = low_port()
        app = TinyApp(layout.home.parent / "app", staging=port, production=free_ports(1)[0])
        app.commit()
        home.rolled("deploy", app.directory, "staging", engine="process")
        assert answer(port)[0] == 200
        owners = {
            _owner(entry)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and _cwd(entry).startswith(str(layout.home))
        }
        assert owners - {None} == {pwd.getpwnam(USER).pw_uid}, "nothing of it runs as root"

        # the daemon restarts: everything goes on, and is found again
        daemon.end()
        assert answer(port)[0] == 200
        daemon.start()
        eventually("the daemon answers again", home.answers, 40)

        # the proxy dies: it comes back by itself, with its routes
        assert proxy.unit.process is not None
        proxy.unit.process.kill()
        # the killed master's worker may answer a moment longer: only then is it the new one
        eventually("it was started again", lambda: proxy.starts == 2, 20)
        eventually("it is served again", lambda: _status(port) == 200, 20)
        home.client.post("/projects/tiny/environments/staging/destroy", data=True)
    finally:
        proxy.end()
        daemon.end()
        eventually("nothing of the user runs", lambda: not machine.processes_of(USER), 20)


def _cwd(process: Path) -> str:
    try:
        return str((process / "cwd").readlink())
    except OSError:
        return ""


def _owner(process: Path) -> int | None:
    try:
        return process.stat().st_uid
    except OSError:  # it has just ended
        return None


def _status(port: int) -> int | None:
    try:
        return answer(port, timeout_s=2)[0]
    except OSError:
        return None
