"""What is told to a running HAProxy, as values."""

from __future__ import annotations

from shipway.ingress.control import parse_processes
from shipway.ingress.plan import (
    RunningServer,
    parse_servers,
    parse_statistics,
    plan_change,
    upstream_status,
)
from shipway.ingress.sessions import sessions_of
from shipway.model.routing import IngressConfig, UpstreamState
from tests.ingress.support import DRAIN, backend, upstream

OPEN, MAINTENANCE, CONFIGURED, DRAINING = 0, 1, 4, 8


def running(**servers: int) -> list[RunningServer]:
    """`r1=OPEN` is the upstream r1 at port 8000 of backend `a`."""
    return [RunningServer(key=f"a/{n}:127.0.0.1:8000", admin=v) for n, v in servers.items()]


def told(before: list[RunningServer], *wanted: tuple[str, UpstreamState]) -> list[str]:
    ups = [upstream(name, 8000, state) for name, state in wanted]
    change = plan_change(before, IngressConfig(backends=(backend("a", *ups),)))
    return [command.replace(":127.0.0.1:8000", "") for command, _ in change.commands]


READY = UpstreamState.READY


def test_new_ones_are_added_then_all_are_opened_then_old_ones_are_closed() -> None:
    assert told(running(r1=OPEN), ("r1", DRAIN), ("r2", READY), ("r3", READY)) == [
        "add server a/r2 127.0.0.1:8000 pool-purge-delay 100ms",
        "add server a/r3 127.0.0.1:8000 pool-purge-delay 100ms",
        "set server a/r2 state ready",
        "set server a/r3 state ready",
        "set server a/r1 state drain",
    ]


def test_nothing_is_told_where_nothing_differs() -> None:
    assert told(running(r1=OPEN, r2=DRAINING), ("r1", READY), ("r2", DRAIN)) == []
    # Closed in the file and opened since; closed in the file: as good as drained.
    assert told(running(r1=CONFIGURED, r2=5), ("r1", READY), ("r2", DRAIN)) == []


def test_who_is_no_longer_named_is_closed_and_leaves() -> None:
    change = plan_change(running(r1=OPEN, r2=MAINTENANCE), IngressConfig(backends=(backend("a"),)))
    assert [command for command, _ in change.commands] == [
        "set server a/r1:127.0.0.1:8000 state maint"
    ]
    assert change.leaving == ("a/r1:127.0.0.1:8000", "a/r2:127.0.0.1:8000")


def test_what_somebody_closed_by_hand_is_opened_again() -> None:
    assert told(running(r1=MAINTENANCE), ("r1", READY)) == ["set server a/r1 state ready"]


def test_servers_are_read_from_haproxys_own_words() -> None:
    text = (
        "1\n"
        "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight\n"
        "3 handover:0.0.0.0:80 1 newest - 2 0 1\n"
        "4 a.b.c 1 r1:127.0.0.1:80 127.0.0.1 2 0 1\n"
        "4 a.b.c 2 r2:127.0.0.1:81 127.0.0.1 0 5 1\n"
    )
    assert parse_servers(text) == (
        RunningServer(key="a.b.c/r1:127.0.0.1:80", admin=0),
        RunningServer(key="a.b.c/r2:127.0.0.1:81", admin=5),
    )
    assert parse_servers("Unknown command.") == ()


def test_connections_of_old_workers_are_added() -> None:
    heading = "# pxname,svname,scur,stot,status,\n"
    now = parse_statistics(
        heading + "a,r2:127.0.0.1:81,2,10,no check,\na,r1:127.0.0.1:80,0,0,MAINT,\n"
    )
    old = parse_statistics(
        heading + "a,r1:127.0.0.1:80,3,7,no check,\na,r0:127.0.0.1:79,1,1,DRAIN,\n"
        "a,gone:127.0.0.1:78,0,5,DRAIN,\nhandover:x,newest,1,1,no check,\n"
    )
    found = [
        (one.name, one.state, one.connections, one.requests_total)
        for one in upstream_status(now, [old])
    ]
    assert found == [("r0", DRAIN, 1, 1), ("r1", DRAIN, 3, 7), ("r2", READY, 2, 10)]


def test_the_masters_list_of_processes_is_read() -> None:
    text = (
        "#<PID>          <type>          <reloads>       <uptime>        <version>      \n"
        "18835           master          2 [failed: 1]   0d00h01m14s     2.6.12-1+deb12u4\n"
        "# workers\n"
        "20879           worker          0               0d00h00m00s     2.6.12-1+deb12u4\n"
        "# old workers\n"
        "19604           worker          1               0d00h00m36s     2.6.12-1+deb12u4\n"
        "# programs\n"
    )
    found = parse_processes(text)
    assert found is not None
    assert (found.master, found.worker, found.old_workers) == (18835, 20879, (19604,))
    assert (found.failed_reloads, found.version) == (1, "2.6.12-1+deb12u4")
    assert found.pids == {18835, 20879, 19604}
    assert parse_processes("Permission denied\n") is None


def test_sessions_of_a_server_are_found() -> None:
    text = (
        "0x55e6785d6340: proto=tcpv4 src=127.0.0.1:41472 fe=x be=a.b.c srv=r2:127.0.0.1:80 ts=00\n"
        "0x7f494c028030: proto=unix_stream src=unix:1 fe=GLOBAL be=<NONE> srv=<none> ts=00\n"
    )
    assert sessions_of(text, {"a.b.c/r2:127.0.0.1:80"}) == ("0x55e6785d6340",)
