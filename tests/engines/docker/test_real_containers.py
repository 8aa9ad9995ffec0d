"""What a real Docker Engine makes of the plans."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

from shipway.engines.docker import DockerEngine, names
from shipway.engines.docker.plan import container_plan
from shipway.errors import Problem
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Instance, InstanceState, MountedFile, Priority, Role
from tests.engines.docker.conftest import Yard

pytestmark = pytest.mark.docker
T = TypeVar("T")

INSIDE = """
import json, os, pathlib, resource, socket
read = lambda path: pathlib.Path(path).read_text().strip()
print(json.dumps({
    "ids": [os.getuid(), os.getgid(), sorted(os.getgroups())],
    "cwd": os.getcwd(),
    "nofile": resource.getrlimit(resource.RLIMIT_NOFILE),
    "somaxconn": read("/proc/sys/net/core/somaxconn"),
    "shm": os.statvfs("/dev/shm").f_blocks * os.statvfs("/dev/shm").f_frsize,
    "scratch": os.statvfs("/scratch").f_blocks * os.statvfs("/scratch").f_frsize,
    "name": socket.gethostname(),
    "hosts": "10.1.2.3\\tdb" in read("/etc/hosts"),
    "dns": "ndots:3" in read("/etc/resolv.conf"),
    "init": "init" in read("/proc/1/cmdline"),
    "caps": int(next(l for l in read("/proc/self/status").splitlines() if l.startswith("CapEff"))
                .split()[1], 16),
    "env": os.environ["COLOUR"],
    "made": os.path.ismount("/made"),
    "note": read("/note"),
}))
"""


def eventually(what: Callable[[], T | None], within_s: float = 30.0) -> T:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if value := what():
            return value
        time.sleep(0.02)
    raise AssertionError(f"not so within {within_s} s")


def only(yard: Yard, scope: Scope) -> Instance:
    (instance,) = yard.engine.instances(scope=scope)
    return instance


def test_a_process_finds_itself_as_the_compose_file_says(yard: Yard, tmp_path: Path) -> None:
    (tmp_path / "note").write_text("from the host")
    (line,) = yard.printed(
        INSIDE,
        variables={"COLOUR": "green=blue"},
        definition={
            "user": "1000:1001",
            "group_add": ["50"],
            "working_dir": "/opt",
            "ulimits": {"nofile": {"soft": 512, "hard": 1024}},
            "sysctls": {"net.core.somaxconn": "99"},
            "shm_size": "8388608",
            "tmpfs": ["/scratch:size=4m"],
            "hostname": "host-of-mine",
            "extra_hosts": ["db=10.1.2.3"],
            "dns_opt": ["ndots:3"],
            "cap_drop": ["ALL"],
            "volumes": [
                {"type": "bind", "source": f"{tmp_path}/note", "target": "/note", "bind": {}},
                {
                    "type": "bind",
                    "source": f"{tmp_path}/made",
                    "target": "/made",
                    "bind": {"create_host_path": True},
                },
            ],
            "security_opt": ["no-new-privileges:true"],
        },
    )
    assert json.loads(line) == {
        "ids": [1000, 1001, [50, 1001]],
        "cwd": "/opt",
        "nofile": [512, 1024],
        "somaxconn": "99",
        "shm": 8388608,
        "scratch": 4 * 1024**2,
        "name": "host-of-mine",
        "hosts": True,
        "dns": True,
        "init": True,
        "caps": 0,
        "env": "green=blue",
        "made": True,
        "note": "from the host",
    }


@pytest.mark.parametrize("read_only", [False, True])
def test_files_are_there_for_the_user_that_the_instance_runs_as(
    yard: Yard,
    read_only: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """R053, D02: secrets as files, with owner and mode; none in the container's record."""
    files = (
        MountedFile(target="/run/secrets/own", content=b"mine", mode=0o400),
        MountedFile(target="/new/deep/root", content=b"roots", mode=0o440, uid=0, gid=0),
    )
    script = """
import os, pathlib
for path in ("/run/secrets/own", "/run/secrets/token", "/new/deep/root", "/new/deep", "/tmp"):
    s = os.stat(path)
    print(path, s.st_uid, s.st_gid, oct(s.st_mode & 0o7777))
print(pathlib.Path("/run/secrets/own").read_text(), pathlib.Path("/run/secrets/token").read_text())
"""
    definition = {"user": "nobody", "read_only": read_only, "secrets": [{"source": "token"}]}
    told = yard.printed(
        script, files=files, definition=definition, secrets={"token": {"content": "t0ken"}}
    )
    assert told == [
        "/run/secrets/own 65534 65534 0o400",
        "/run/secrets/token 0 0 0o444",
        "/new/deep/root 0 0 0o440",
        "/new/deep 0 0 0o755",
        "/tmp 0 0 0o1777",  # noqa: S108
        "mine t0ken",
    ]


def test_an_instance_keeps_its_address_when_it_crashes_and_is_restarted(yard: Yard) -> None:
    crash_once = ["sh", "-c", "test -e /been && exec sleep 1000; touch /been; exit 1"]
    work = yard.workload(crash_once, definition={"restart": "on-failure"}, replicas=2)
    yard.engine.create(work)
    fixed = {
        one["Names"][0]: one["NetworkSettings"]["Networks"][f"{yard.project}.staging"]
        for one in yard.listed("containers", all=True)
    }
    yard.engine.start(work)

    def restarted() -> tuple[Instance, ...] | None:
        found = yard.engine.instances(scope=work.scope)
        return found if all(one.restarts == 1 and one.address for one in found) else None

    for instance in eventually(restarted):
        name = f"/{work.scope.label}.{instance.name.replace('-', '.')}"
        assert instance.address == fixed[name]["IPAMConfig"]["IPv4Address"]


def test_services_started_at_once_share_one_network_and_no_address(yard: Yard) -> None:
    def start(engine: DockerEngine, service: str) -> None:
        engine.start(yard.workload(service=service))

    threads = [
        threading.Thread(target=start, args=(engine, service))
        for engine, service in [(yard.engine, "a"), (yard.engine, "b"), (DockerEngine(), "c")]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    instances = yard.engine.instances(EnvironmentId(yard.project, "staging"))
    assert [one.service for one in instances] == ["a", "b", "c"]
    assert len({one.address for one in instances}) == 3
    assert len({one["Name"] for one in yard.listed("networks")}) == 2


def test_a_stateful_service_is_never_replaced(yard: Yard) -> None:
    """R096: its instance, its data and its address in the environment stay."""
    mount = {"type": "volume", "source": "data", "target": "/data", "volume": {}}

    def database(**variables: str) -> Any:
        return yard.workload(
            service="database",
            role=Role.STATEFUL,
            release=None,
            variables=variables,
            definition={"volumes": [mount]},
            volumes={"data": {"name": "data"}},
        )

    (first,) = yard.engine.start(database(A="1"))
    assert yard.engine.start(database(A="1"))[0] == first
    with pytest.raises(Problem, match="never replaced by a rollout") as caught:
        yard.engine.create(database(A="2"))
    assert caught.value.kind == "stateful-change"
    assert only(yard, first.scope) == first

    yard.engine.stop([first])
    network = f"{yard.project}.staging"
    yard.api.call("DELETE", f"/networks/{network}")
    (again,) = yard.engine.start(database(A="1"))
    assert (again.id, again.state) == (first.id, InstanceState.RUNNING)
    assert again.address is not None

    yard.engine.remove(first.scope)
    assert [one["Name"] for one in yard.listed("volumes")] == [f"{yard.project}.staging.data"]
    assert yard.listed("networks") == []


def test_a_stopped_instance_that_differs_is_made_anew_and_a_running_one_is_left(
    yard: Yard,
) -> None:
    (first,) = yard.engine.start(yard.workload(variables={"A": "1"}))
    (same,) = yard.engine.start(yard.workload(variables={"A": "2"}))
    assert same.id == first.id
    yard.engine.stop([first])
    (other,) = yard.engine.start(yard.workload(variables={"A": "2"}))
    assert other.id != first.id
    assert only(yard, first.scope) == other


@pytest.mark.parametrize("role", [Role.WEB, Role.STATEFUL])
def test_a_second_start_finds_its_tmpfs_as_the_first_did(yard: Yard, role: Role) -> None:
    """What is started again after a rollback or a sleep may write where it could before."""
    script = """
import os, signal
print(oct(os.stat("/run/mine").st_mode & 0o7777), oct(os.stat("/run/long").st_mode & 0o7777))
open("/run/mine/mark", "x").close()
signal.pause()
"""
    long = {"type": "tmpfs", "target": "/run/long", "tmpfs": {"mode": 0o1770}}
    definition = {"user": "1000", "tmpfs": ["/run/mine:mode=1777"], "volumes": [long]}
    release = None if role is Role.STATEFUL else 1
    command = ["python", "-uc", script]
    work = yard.workload(command, definition=definition, role=role, release=release)

    def said(since: float) -> list[str]:
        logs = yard.engine.logs(only(yard, work.scope))
        return [line.text for line in logs if line.at >= since]

    for _ in range(2):
        since = time.time()
        started = yard.engine.start(work)
        assert eventually(partial(said, since)) == ["0o1777 0o1770"]
        yard.engine.stop(started)


def test_a_tmpfs_is_not_worth_data_outside_of_volumes(yard: Yard) -> None:
    """R096: what a stateful service wrote into its own layer is there at its second start."""
    script = "touch /srv/kept; ls /srv; exec sleep 1000"
    definition = {"tmpfs": ["/run/mine"]}
    work = yard.workload(
        ["sh", "-c", script], definition=definition, role=Role.STATEFUL, release=None
    )
    (first,) = yard.engine.start(work)
    assert eventually(lambda: [line.text for line in yard.engine.logs(first)]) == ["kept"]
    yard.engine.stop([first])
    (again,) = yard.engine.start(work)
    assert again.id == first.id


def test_what_boots_goes_behind_what_serves_until_it_is_brought_forward(yard: Yard) -> None:
    """Nor does a second start put what serves back again."""
    work = yard.workload()

    def shares() -> int:
        (one,) = yard.listed("containers", all=True)
        found: Any = yard.api.get(f"/containers/{one['Id']}/json")
        return int(found["HostConfig"]["CpuShares"])

    (first,) = yard.engine.start(work, priority=Priority.BACKGROUND)
    assert shares() == 128
    yard.engine.prioritise(work, Priority.NORMAL)
    assert shares() == 1024
    (again,) = yard.engine.start(work, priority=Priority.BACKGROUND)
    assert (again.id, shares()) == (first.id, 1024)
    yard.engine.stop([first])
    yard.engine.start(work, priority=Priority.BACKGROUND)
    assert shares() == 128
    yard.engine.stop([first])
    (same,) = yard.engine.start(work)
    assert (same.id, shares()) == (first.id, 1024)


def test_a_container_left_half_made_is_made_anew(yard: Yard) -> None:
    """Killed between two requests: the next start has the whole instance."""
    work = yard.workload()
    plan = container_plan(work, 1, api=(1, 41))
    body = {**plan.body, "HostConfig": {"NetworkMode": "none"}}
    query = {"name": f"{plan.name}.preparing"}
    half = yard.api.call("POST", "/containers/create", query=query, body=body).json()["Id"]
    (whole,) = yard.engine.start(work)
    assert whole.id != half
    (found,) = yard.listed("containers", all=True)
    assert found["Names"] == [f"/{plan.name}"]
    assert sorted(found["NetworkSettings"]["Networks"]) == [
        f"{yard.project}.staging",
        f"{yard.project}.staging.r1",
    ]


def test_a_container_that_lacks_a_network_is_made_anew(yard: Yard) -> None:
    """Killed between making it and joining the release's network."""
    work = yard.workload()
    (whole,) = yard.engine.create(work)
    network = f"{yard.project}.staging.r1"
    yard.api.call("POST", f"/networks/{network}/disconnect", body={"Container": whole.id})
    (again,) = yard.engine.start(work)
    assert again.id != whole.id
    (found,) = yard.listed("containers", all=True)
    assert network in found["NetworkSettings"]["Networks"]


def test_somebody_elses_container_of_that_name_is_not_touched(yard: Yard) -> None:
    work = yard.workload()
    name = names.container_name(work, 1)
    body = {"Image": yard.image.reference, "Cmd": ["true"]}
    foreign = yard.api.call("POST", "/containers/create", query={"name": name}, body=body).json()
    try:
        with pytest.raises(Problem, match="is not Shipway's") as caught:
            yard.engine.create(work)
        assert caught.value.kind == "name-taken"
        assert yard.listed("containers", all=True) == []
        yard.engine.remove(work.scope)
        yard.api.get(f"/containers/{foreign['Id']}/json")
    finally:
        yard.api.call("DELETE", f"/containers/{foreign['Id']}")


def test_the_environments_network_goes_with_its_last_instance(yard: Yard) -> None:
    one, two = yard.workload(release=1), yard.workload(release=2)
    yard.engine.create(one)
    yard.engine.create(two)
    yard.engine.remove(one.scope)
    found = sorted(network["Name"] for network in yard.listed("networks"))
    assert found == [f"{yard.project}.staging", f"{yard.project}.staging.r2"]
    yard.engine.remove(two.scope)
    yard.engine.remove(two.scope)
    assert yard.listed("networks") == []


def test_a_command_that_is_not_there_is_a_problem(yard: Yard) -> None:
    with pytest.raises(Problem, match="no-such-program") as caught:
        yard.engine.start(yard.workload(["no-such-program"], definition={"init": False}))
    assert caught.value.kind == "start-failed"


def test_an_image_that_is_gone_is_a_problem(yard: Yard) -> None:
    gone = replace(yard.image, reference="sha256:" + "0" * 64)
    assert not yard.engine.exists(gone)
    with pytest.raises(Problem, match="not on the server any more") as caught:
        yard.engine.create(yard.workload(artifact=gone))
    assert caught.value.kind == "image-not-found"


def test_an_external_volume_or_network_that_is_missing_is_a_problem(yard: Yard) -> None:
    mount = {"type": "volume", "source": "old", "target": "/old"}
    external = {"name": f"{yard.project}-gone", "external": True}
    with pytest.raises(Problem) as caught:
        yard.engine.create(
            yard.workload(definition={"volumes": [mount]}, volumes={"old": external})
        )
    assert caught.value.kind == "volume-missing"
    with pytest.raises(Problem) as caught:
        yard.engine.create(
            yard.workload(definition={"networks": {"x": None}}, networks={"x": external})
        )
    assert caught.value.kind == "network-missing"
    assert yard.listed("containers", all=True) == []


def test_a_run_whose_starter_died_is_ended_before_the_next(yard: Yard) -> None:
    work = yard.workload(role=Role.JOB, argv=("sh", "-c", "hostname; sleep 1000"))
    codes: list[int] = []
    lines: list[str] = []

    def abandoned() -> None:
        codes.append(yard.engine.run(work, deadline_s=60, output=lines.append))

    first = threading.Thread(target=abandoned)
    first.start()
    eventually(lambda: lines)
    with pytest.raises(Problem):  # it has said its name, too: that is enough
        yard.engine.run(
            work, deadline_s=60, output=lines.append, cancelled=lambda: len(set(lines)) > 1
        )
    first.join(timeout=30)
    assert not first.is_alive()
    assert codes != [0]
    assert len(set(lines)) == 2
    assert yard.listed("containers", all=True) == []


def test_a_long_line_of_a_log_is_one_line(yard: Yard) -> None:
    script = "print('x' * 40_000, flush=True); print('end', flush=True)"
    work = yard.workload(["python", "-c", script])
    yard.engine.start(work)
    eventually(lambda: only(yard, work.scope).state is InstanceState.EXITED)
    instance = only(yard, work.scope)
    assert [len(line.text) for line in yard.engine.logs(instance)] == [40_000, 3]


def test_a_terminals_log_is_read_too(yard: Yard) -> None:
    work = yard.workload("echo seen", definition={"tty": True})
    yard.engine.start(work)
    eventually(lambda: only(yard, work.scope).state is InstanceState.EXITED)
    instance = only(yard, work.scope)
    assert [line.text for line in yard.engine.logs(instance)] == ["seen"]


def asked_from_now(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the paths that the engine is asked for, as they come."""
    asked: list[str] = []
    transport = yard.engine._transport
    real = transport.call

    def call(method: str, path: str, **rest: Any) -> Any:
        asked.append(path)
        return real(method, path, **rest)

    monkeypatch.setattr(transport, "call", call)
    return asked


def test_looking_at_running_instances_again_is_one_request(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`shipway status` answers in 150 ms: what did not change is not asked twice."""
    work = yard.workload(replicas=2)
    first = yard.engine.start(work)
    asked = asked_from_now(yard, monkeypatch)
    assert yard.engine.instances(scope=work.scope) == first
    assert asked == ["/containers/json"]


def test_starting_what_runs_asks_for_the_list_alone(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rollout ensures what it needs again and again, and its users wait for the switch."""
    mount = {"type": "volume", "source": "data", "target": "/data", "volume": {}}
    work = yard.workload(definition={"volumes": [mount]}, volumes={"data": {"name": "data"}})
    first = yard.engine.start(work)
    asked = asked_from_now(yard, monkeypatch)
    assert yard.engine.start(work) == first
    assert yard.engine.create(work) == first
    assert set(asked) == {"/containers/json"}


def test_an_engine_says_what_it_is(yard: Yard) -> None:
    facts = yard.engine.facts()
    assert facts.name == "docker"
    assert facts.details["api"] >= "1.41"
    assert int(facts.details["disk_free_bytes"]) > 0
