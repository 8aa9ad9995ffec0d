"""Killed, adopted, refused, raced: the proxy's process and what becomes of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from shipway.daemon.clock import SystemClock
from shipway.errors import Problem
from shipway.ingress import control
from shipway.ingress.haproxy import HAProxyIngress
from shipway.ingress.process import LOG, LOG_BYTES_MAX, parse_features
from shipway.ingress.settings import IngressSettings
from shipway.model.routing import Certificate, IngressConfig, Listener, Route
from tests.ingress.client import fetch
from tests.ingress.support import (
    DRAIN,
    LOOPBACK,
    READY,
    backend,
    eventually,
    free_port,
    new_ingress,
    one_listener,
    upstream,
)
from tests.ingress.upstreams import Upstreams


def with_more_backends(config: IngressConfig, *names: str) -> IngressConfig:
    more = tuple(backend(name) for name in names)
    return IngressConfig(listeners=config.listeners, backends=config.backends + more)


@pytest.mark.alone
@pytest.mark.parametrize("who", ["master", "worker"])
def test_killed_it_is_back_with_the_same_state_within_two_seconds(
    ingress: HAProxyIngress, tmp_path: Path, upstreams: Upstreams, port: int, who: str
) -> None:
    old, new = upstreams.start("old"), upstreams.start("new")
    ups = (upstream("r1", old.port, DRAIN), upstream("r2", new.port))
    config = one_listener(port, backend("a", *ups))
    ingress.apply(one_listener(port, backend("a", upstream("r1", old.port))))
    ingress.apply(config)
    found = control.processes(tmp_path / "ingress")
    pid = found.master if who == "master" else found.worker
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    begun = time.monotonic()
    assert eventually(lambda: not ingress.alive())
    assert not ingress.status().running
    ingress.apply(config)
    took = time.monotonic() - begun
    assert fetch(port).upstream == "new"
    states = [(one.name, one.state) for one in ingress.status().upstreams]
    assert states == [("r1", DRAIN), ("r2", READY)]
    print(f"{who} killed: back after {took:.3f} s")
    assert took < 2


def test_a_dead_proxy_is_replaced_at_once_while_its_workers_still_end(
    ingress: HAProxyIngress, tmp_path: Path, port: int
) -> None:
    config = one_listener(port, backend("a"))
    ingress.apply(config)
    for _ in range(3):
        os.kill(control.processes(tmp_path / "ingress").master, signal.SIGKILL)
        ingress.apply(config)
        assert fetch(port).status == 503


def test_another_daemon_adopts_what_runs(
    ingress: HAProxyIngress, tmp_path: Path, upstreams: Upstreams, port: int
) -> None:
    server = upstreams.start("one")
    config = one_listener(port, backend("a", upstream("x", server.port)))
    ingress.apply(config)
    fetch(port)
    other = new_ingress(tmp_path / "ingress")
    assert other.alive()
    before = other.status()
    other.apply(config)
    assert other.status() == before
    assert before.upstreams[0].requests_total == 1  # not even reloaded


def test_it_outlives_who_started_it(
    ingress: HAProxyIngress, tmp_path: Path, upstreams: Upstreams, port: int
) -> None:
    server = upstreams.start("one")
    daemon = (
        "import sys, pathlib, os, signal\n"
        "from shipway.ingress.haproxy import HAProxyIngress\n"
        "from tests.ingress.support import *\n"
        "ingress = new_ingress(pathlib.Path(sys.argv[1]))\n"
        "ups = upstream('x', int(sys.argv[3]))\n"
        "ingress.apply(one_listener(int(sys.argv[2]), backend('a', ups)))\n"
        "os.killpg(os.getpgrp(), signal.SIGKILL)\n"
    )
    arguments = [str(tmp_path / "ingress"), str(port), str(server.port)]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", daemon, *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), *sys.path])},
        start_new_session=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == -signal.SIGKILL
    assert fetch(port).upstream == "one"
    assert ingress.alive()


def test_a_taken_port_names_the_process_that_holds_it(
    ingress: HAProxyIngress, tmp_path: Path, port: int
) -> None:
    code = (
        "import socket, sys\n"
        f"s = socket.create_server(('{LOOPBACK}', {port}))\n"
        "print('ready', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"ready\n"
        with pytest.raises(Problem) as caught:
            ingress.apply(one_listener(port, backend("a")))
        holder.communicate()
    assert caught.value.kind == "port-in-use"
    assert f"(pid {holder.pid})" in caught.value.message
    assert f"ss -ltnp 'sport = :{port}'" in caught.value.hints[0]
    assert not ingress.status().running
    ingress.apply(one_listener(port, backend("a")))  # free again
    assert ingress.alive()
    assert (tmp_path / "ingress" / "haproxy.cfg").stat().st_mode & 0o077 == 0


def test_an_address_of_another_machine_is_refused(ingress: HAProxyIngress, port: int) -> None:
    config = IngressConfig(listeners=(Listener(port=port, address="192.0.2.7"),))
    with pytest.raises(Problem, match=r"192\.0\.2\.7.*Cannot assign") as caught:
        ingress.apply(config)
    assert caught.value.kind == "ingress-refused"


def test_a_listener_may_move_to_all_addresses_while_it_serves(
    ingress: HAProxyIngress, port: int
) -> None:
    ingress.apply(one_listener(port, backend("a")))
    ingress.apply(IngressConfig(listeners=(Listener(port=port, address="0.0.0.0"),), backends=()))
    assert fetch(port).status == 404


def test_a_reload_that_fails_changes_nothing_and_is_rolled_back(
    ingress: HAProxyIngress, tmp_path: Path, upstreams: Upstreams, port: int
) -> None:
    server = upstreams.start("one")
    config = one_listener(port, backend("a", upstream("x", server.port)))
    ingress.apply(config)
    written = (tmp_path / "ingress" / "haproxy.cfg").read_text()
    # `haproxy -c` opens no sockets, so this is only seen when the worker starts.
    second = free_port()
    (tmp_path / "ingress" / f"handover-{LOOPBACK}-{second}.sock").mkdir()
    wanted = IngressConfig(
        listeners=(*config.listeners, Listener(port=second, address=LOOPBACK)),
        backends=config.backends,
    )
    with pytest.raises(Problem) as caught:
        ingress.apply(wanted)
    assert caught.value.kind == "ingress-refused"
    assert any("handover" in line for line in caught.value.details)
    assert fetch(port).upstream == "one"
    assert (tmp_path / "ingress" / "haproxy.cfg").read_text() == written
    ingress.apply(with_more_backends(config, "b"))
    assert fetch(port).upstream == "one"


def test_files_and_certificates_are_checked_before_the_proxy_starts(
    ingress: HAProxyIngress, tmp_path: Path, port: int
) -> None:
    """R092: by HAProxy itself; what it cannot read is refused, and nothing is left of it."""
    text = "-----BEGIN {0}-----\nAAAA\n-----END {0}-----\n"
    broken = Certificate(
        id="a", names=("a.example",), pem=text.format("CERTIFICATE") + text.format("PRIVATE KEY")
    )
    listener = Listener(port=port, address=LOOPBACK, tls=True, routes=(Route(backend="a"),))
    config = IngressConfig(listeners=(listener,), backends=(backend("a"),), certificates=(broken,))
    with pytest.raises(Problem) as caught:
        ingress.apply(config)
    assert caught.value.kind == "ingress-refused"
    assert any("cert-" in line for line in caught.value.details), caught.value.details
    assert not ingress.alive()
    assert not (tmp_path / "ingress" / "haproxy.cfg").exists()
    assert (tmp_path / "ingress").stat().st_mode & 0o077 == 0
    ingress.apply(replace(config, certificates=()))
    assert ingress.alive()


def test_a_proxy_that_cannot_start_says_why(tmp_path: Path, port: int) -> None:
    directory = tmp_path / "ingress"
    (directory / "runtime.sock").mkdir(parents=True)
    broken = new_ingress(directory)
    with pytest.raises(Problem) as caught:
        broken.apply(one_listener(port, backend("a")))
    assert caught.value.kind == "ingress-unavailable"
    assert any("runtime.sock" in line for line in caught.value.details)
    assert not broken.alive()


@pytest.mark.parametrize("binary", ["/nowhere/haproxy", "/bin/true"])
def test_without_a_haproxy_it_says_how_to_get_one(tmp_path: Path, binary: str) -> None:
    with pytest.raises(Problem) as caught:
        HAProxyIngress(tmp_path, Path(binary), SystemClock()).apply(IngressConfig())
    assert caught.value.kind == "ingress-unavailable"
    assert any("apt-get install haproxy" in hint for hint in caught.value.hints)


def test_what_the_program_says_of_itself_is_read() -> None:
    found = parse_features("HAProxy version 2.6.12-1+deb12u4 2023/12/16\n : prometheus-exporter\n")
    assert found is not None
    assert (found.version, found.prometheus) == ((2, 6), True)
    assert parse_features("nginx version: nginx/1.22") is None


def test_a_deep_directory_is_no_obstacle(tmp_path: Path, port: int) -> None:
    """A unix socket's path may hold 107 bytes; a home directory may be deeper."""
    deep = new_ingress(tmp_path / ("d" * 120) / "ingress")
    try:
        deep.apply(one_listener(port, backend("a")))
        deep.apply(one_listener(port, backend("a"), backend("b")))
        assert deep.alive()
    finally:
        deep.shutdown()


def test_several_threads_may_apply(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    server = upstreams.start("one")
    problems: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(4):
                ups = (upstream("x", server.port), upstream(f"r{number}-{turn}", 1, DRAIN))
                ingress.apply(one_listener(port, backend("a", *ups)))
                assert ingress.status().running
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []
    last = one_listener(port, backend("a", upstream("x", server.port)))
    ingress.apply(last)
    assert [one.name for one in ingress.status().upstreams] == ["x"]
    assert fetch(port).upstream == "one"


def test_what_somebody_changed_by_hand_is_put_right(
    ingress: HAProxyIngress, tmp_path: Path, upstreams: Upstreams, port: int
) -> None:
    server = upstreams.start("one")
    config = one_listener(port, backend("a", upstream("x", server.port)))
    ingress.apply(config)
    with control.session(tmp_path / "ingress", "runtime.sock") as session:
        key = f"a/x:{LOOPBACK}:{server.port}"
        session.ask([f"set server {key} state maint", "add server a/stranger 127.0.0.1:1"])
    assert fetch(port).status == 503
    ingress.apply(config)
    assert fetch(port).upstream == "one"
    assert [one.name for one in ingress.status().upstreams] == ["x"]


def test_the_file_equals_the_running_state_after_every_change(
    ingress: HAProxyIngress, tmp_path: Path, port: int
) -> None:
    def servers() -> list[str]:
        text = (tmp_path / "ingress" / "haproxy.cfg").read_text()
        return [line.split()[1] for line in text.splitlines() if line.startswith("    server r")]

    for names in (("r1",), ("r1", "r2"), ("r2",), ()):
        ingress.apply(one_listener(port, backend("a", *(upstream(name, 1) for name in names))))
        assert servers() == [f"{name}:{LOOPBACK}:1" for name in names]


def test_the_log_is_bounded(ingress: HAProxyIngress, tmp_path: Path, port: int) -> None:
    ingress.apply(one_listener(port, backend("a")))
    log = tmp_path / "ingress" / LOG
    with log.open("ab") as stream:
        stream.write(b"x" * (LOG_BYTES_MAX + 1))
    ingress.apply(one_listener(port, backend("a", upstream("x", 1))))
    assert log.stat().st_size < 10_000
    assert log.with_suffix(".log.1").stat().st_size <= LOG_BYTES_MAX


def test_metrics_are_served_on_a_socket_where_haproxy_can(tmp_path: Path, port: int) -> None:
    directory = tmp_path / "ingress"
    ingress = new_ingress(directory)
    try:
        ingress.apply(one_listener(port, backend("a", upstream("x", 1))))
        if not (directory / "metrics.sock").exists():
            pytest.skip("this HAProxy has no Prometheus exporter")
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(directory / "metrics.sock"))
            client.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            answer = b"".join(iter(lambda: client.recv(1 << 16), b"")).decode()
        assert 'haproxy_server_current_sessions{proxy="a"' in answer
    finally:
        ingress.shutdown()


def test_settings_fit_the_descriptor_limit() -> None:
    settings = IngressSettings.for_this_machine()
    assert 100 <= settings.connections_max <= 20_000
    assert 1 <= settings.threads <= 4
