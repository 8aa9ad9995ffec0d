"""What an instance's shim is told, as a value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shipway.engines.process.artifacts import Record
from shipway.engines.process.builtin import repository, wanted_major
from shipway.engines.process.dockerfile import Image
from shipway.engines.process.plan import (
    Plan,
    User,
    health_test,
    restart_policy,
    seconds,
    signal_number,
    ulimits,
)
from shipway.engines.process.review import review_workload
from shipway.engines.process.shim.orders import read_plan
from shipway.engines.process.stateful import data_folder
from shipway.engines.process.stateless import Ground, plan_stateless
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Artifact, MountedFile, Role, SecretMap, Workload

RECORD = Record(
    image=Image(
        base="python:3.11-slim",
        environment={"PATH": "/opt/venv/bin:/usr/bin", "MODE": "image", "LIB": "/app/lib"},
        workdir="/app",
        command=("python", "-m", "board"),
        healthcheck={"test": ["CMD-SHELL", "curl localhost"], "interval": "7s"},
        user="app",
    ),
    paths=("/app", "/usr/local/bin/entry.sh"),
    venvs=("/opt/venv",),
    dependencies="key",
    notes=("RUN apt-get install: not run",),
)
GROUND = Ground(
    id="/state/i",
    own="127.64.0.9",
    root=Path("/state/i/root"),
    home=Path("/state/i/home"),
    python=Path("/state/environments/key"),
    names={"redis": "127.64.0.2"},
    elsewhere={"/data": "/state/volumes/data"},
    base={"TZ": "Asia/Seoul"},
)


def workload(**fields: Any) -> Workload:
    given: dict[str, Any] = {
        "scope": Scope(EnvironmentId("shop", "staging"), 1),
        "service": "api",
        "role": Role.WEB,
        "artifact": Artifact(service="api", kind="tree", reference="sha256:0", name="api"),
        "port": 8000,
    }
    return Workload(**(given | fields))


def planned(**fields: Any) -> Plan:
    return plan_stateless(workload(**fields), RECORD, GROUND)


def test_variables_come_from_the_machine_the_dockerfile_and_the_service_in_this_order() -> None:
    found = planned(environment=SecretMap({"MODE": "service", "URL": "redis://redis"})).environment
    assert found["MODE"] == "service"
    assert found["LIB"] == "/state/i/root/app/lib"
    assert found["URL"] == "redis://127.64.0.2"
    assert found["TZ"] == "Asia/Seoul"
    assert found["PORT"] == "8000"
    assert found["HOSTNAME"] == "127.64.0.9"
    assert found["PATH"].startswith(
        "/state/i/root/usr/local/bin:/state/environments/key/bin:/usr/bin:"
    )


def test_what_the_service_says_of_port_and_host_name_stays() -> None:
    found = planned(environment=SecretMap({"PORT": "9000", "HOSTNAME": "shop.kr"})).environment
    assert (found["PORT"], found["HOSTNAME"]) == ("9000", "shop.kr")


def test_paths_of_the_container_become_paths_of_this_instance() -> None:
    found = planned(
        definition={"command": ["/opt/venv/bin/python", "/app/x.py", "/data"], "working_dir": "sub"}
    )
    assert found.argv == (
        "/state/environments/key/bin/python",
        "/state/i/root/app/x.py",
        "/state/volumes/data",
    )
    assert found.cwd == "/state/i/root/app/sub"


def test_a_healthcheck_of_the_image_holds_unless_the_service_has_or_disables_one() -> None:
    image = planned().health
    assert image is not None
    assert image.argv == ("/bin/sh", "-c", "curl 127.64.0.9")
    assert image.interval_s == 7.0
    own = planned(definition={"healthcheck": {"test": ["CMD", "true"], "retries": 5}}).health
    assert own is not None
    assert (own.argv, own.retries, own.interval_s) == (("true",), 5, 30.0)
    assert planned(definition={"healthcheck": {"disable": True}}).health is None
    assert health_test({"test": ["NONE"]}) is None


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ({}, ("no", 0)),
        ({"restart": "unless-stopped"}, ("unless-stopped", 0)),
        ({"restart": "on-failure:3"}, ("on-failure", 3)),
        ({"restart": False}, ("no", 0)),
        (
            {"deploy": {"restart_policy": {"condition": "any", "max_attempts": 2}}},
            ("always", 2),
        ),
    ],
)
def test_restart_policies(definition: dict[str, Any], expected: tuple[str, int]) -> None:
    assert restart_policy(definition) == expected


def test_small_values() -> None:
    assert [seconds(text, 9.0) for text in ("1m30s", "500ms", "2h", None, 3)] == [
        90.0,
        0.5,
        7200.0,
        9.0,
        3.0,
    ]
    assert [signal_number(name) for name in ("SIGINT", "quit", "10", "nonsense")] == [2, 3, 10, 15]
    assert ulimits({"ulimits": {"nofile": {"soft": 1, "hard": 2}, "nproc": 3, "odd": 4}}) == {
        "nofile": (1, 2),
        "nproc": (3, 3),
    }
    assert repository("docker.io/library/postgres:16-alpine@sha256:0") == ("postgres", "16-alpine")
    assert repository("localhost:5000/postgres") == ("localhost:5000/postgres", "")
    assert [
        wanted_major(image) for image in ("postgres:16.2", "pgvector/pgvector:pg17", "redis")
    ] == [
        "16",
        "17",
        None,
    ]
    volume = Path("/v")
    assert data_folder(None, "/var/lib/postgresql/data", volume) == Path("/v/data")
    assert data_folder("/var/lib/postgresql/data/x", "/var/lib/postgresql/data", volume) == Path(
        "/v/x"
    )


def test_the_shim_reads_what_the_engine_wrote(tmp_path: Path) -> None:
    plan = Plan(
        argv=("sh", "-c", "a\nb = '한글'"),
        environment={"A": "x=y", "EMPTY": ""},
        cwd="/",
        user=User(uid=1, gid=2, groups=(2, 3)),
    )
    (tmp_path / "plan").write_bytes(plan.encode())
    found = read_plan(str(tmp_path / "plan"))
    assert found["argv"] == ["sh", "-c", "a\nb = '한글'"]
    assert found["env"] == ["A=x=y", "EMPTY="]
    assert (found["uid"], found["groups"]) == (["1"], ["2", "3"])
    assert "x=y" not in repr(plan)


def test_what_is_not_honoured_is_named_with_its_key() -> None:
    work = workload(
        definition={
            "cap_add": ["NET_ADMIN"],
            "mem_limit": "64m",
            "read_only": True,
            "init": True,
            "tmpfs": ["/tmp"],  # noqa: S108
            "deploy": {"resources": {"limits": {"cpus": "0.5"}}},
            "volumes": [
                {"type": "volume", "source": "a", "target": "/app/inside"},
                {"type": "volume", "source": "b", "target": "/srv", "read_only": True},
            ],
        },
        environment=SecretMap({"KEY_FILE": "/run/secrets/key"}),
        files=(
            MountedFile(target="/run/secrets/key", content=b""),
            MountedFile(target="/etc/other", content=b""),
        ),
    )
    told = review_workload(work, RECORD)
    begins = sorted(note.partition(" ")[0] for note in told)
    assert begins == sorted(
        [
            *("cap_add:", "mem_limit:", "read_only:", "tmpfs:", "deploy.resources:"),
            *("volumes:", "volumes:", "files:", "build:", "USER"),
        ]
    )
    assert not any("/app/inside" in note for note in told)
    assert all(note.endswith(".") for note in told)
