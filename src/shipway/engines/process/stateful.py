"""Plans PostgreSQL and Redis: this machine's servers under their images' contracts.  Pure.

Both listen on nothing but their own loopback address (and PostgreSQL on a unix socket that
only its user may enter), so `protected-mode no` and trusted local connections stay inside.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from shipway.engines.process.builtin import Builtin
from shipway.engines.process.dockerfile import BASE_PATH
from shipway.engines.process.plan import HealthTest, Plan, User, restart_policy, ulimits
from shipway.errors import Problem
from shipway.model.rewrite import Rewriter
from shipway.model.workload import Workload

POSTGRES_MAIN = Path(__file__).with_name("postgres_main.py")
DATA_TARGETS = {"postgres": "/var/lib/postgresql", "redis": "/data"}
USERS = {"postgres": ("postgres", "nobody"), "redis": ("redis", "nobody")}
SCRIPTS_TARGET = "/docker-entrypoint-initdb.d"
READINESS = {"interval_s": 10.0, "timeout_s": 5.0, "retries": 3, "start_period_s": 60.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerGround:
    """This machine's side of a stateful instance.

    data: the directory of its data volume.  programs: a directory of its own at the head of
    PATH.  sockets: for unix sockets.  scripts: copies of its init scripts.  rewriter: names
    and paths of the container; it holds files mounted elsewhere.
    """

    id: str
    own: str
    data: Path
    home: Path
    programs: Path
    sockets: Path
    scripts: Path
    user: User | None
    rewriter: Rewriter
    base: Mapping[str, str] = field(default_factory=dict)


def interpreter() -> str:
    """Return the interpreter below any virtual environment: it starts sooner."""
    return str(getattr(sys, "_base_executable", "") or sys.executable)


def plan_server(workload: Workload, builtin: Builtin, ground: ServerGround) -> Plan:
    """Return the orders for an instance of a stateful service."""
    if builtin.kind == "postgres":
        return _postgres(workload, builtin, ground)
    return _redis(workload, builtin, ground)


def programs_of(builtin: Builtin, own: str, data: Path) -> dict[str, str]:
    """Return small programs, name to text, which reach the instance's own address.

    However a command calls `redis-server` (through a shell, with a file), it gets these
    options last.
    """
    if builtin.kind != "redis":
        return {}
    folder = builtin.folder
    server = [str(folder / "redis-server"), '"$@"', "--bind", own, "--dir", shlex.quote(str(data))]
    server += ["--protected-mode", "no", "--daemonize", "no", "--logfile", '""']
    return {
        "redis-server": f"#!/bin/sh\nexec {' '.join(server)}\n",
        "redis-cli": f'#!/bin/sh\nexec {folder / "redis-cli"} -h {own} "$@"\n',
    }


def data_folder(pgdata: str | None, mount: str, volume: Path) -> Path:
    """Return the cluster's directory: below the volume, because it is renamed into place."""
    if pgdata and pgdata.startswith(f"{mount.rstrip('/')}/"):
        return volume / pgdata.removeprefix(mount).strip("/")
    return volume / "data"


def _variables(workload: Workload, builtin: Builtin, ground: ServerGround) -> dict[str, str]:
    own = {key: ground.rewriter.variable(key, text) for key, text in workload.environment.items()}
    return {
        **ground.base,
        "HOME": str(ground.home),
        **own,
        "PATH": f"{ground.programs}:{builtin.folder}:{BASE_PATH}",
        "SHIPWAY_INSTANCE": ground.id,
    }


def _command(workload: Workload, ground: ServerGround) -> list[str]:
    words = workload.argv or workload.definition.get("command") or ()
    argv = shlex.split(words) if isinstance(words, str) else [str(word) for word in words]
    return [*ground.rewriter.command(tuple(argv))]


def _postgres(workload: Workload, builtin: Builtin, ground: ServerGround) -> Plan:
    command = _command(workload, ground)
    if command and not command[0].startswith("-"):
        if command[0] != "postgres":
            raise Problem(
                "engine-cannot-run",
                f"{workload.service}: the process engine starts PostgreSQL with options only, not"
                f" with the command {command[0]!r}.",
                hints=["begin the command with postgres, or use --engine docker"],
            )
        command = command[1:]
    variables = _variables(workload, builtin, ground)
    user = variables.get("POSTGRES_USER") or "postgres"
    variables |= {
        "SHIPWAY_PG_BIN": str(builtin.folder),
        "SHIPWAY_PG_DATA": str(ground.data),
        "SHIPWAY_PG_SOCKET": str(ground.sockets),
        "SHIPWAY_PG_ADDRESS": ground.own,
        "SHIPWAY_PG_SCRIPTS": str(ground.scripts),
        "PGHOST": str(ground.sockets),
        "PGUSER": user,
        "PGDATABASE": variables.get("POSTGRES_DB") or user,
    }
    if ground.user is not None:
        variables |= {
            "SHIPWAY_PG_UID": str(ground.user.uid),
            "SHIPWAY_PG_GID": str(ground.user.gid),
        }
    ready = (str(builtin.folder / "pg_isready"), "-q", "-h", ground.own, "-p", "5432")
    argv = (interpreter(), "-I", str(POSTGRES_MAIN), *command)
    signal = workload.stop_signal if workload.definition.get("stop_signal") else "SIGINT"
    return _plan(workload, argv, variables, ground, ready=ready, signal=signal, user=None)


def _redis(workload: Workload, builtin: Builtin, ground: ServerGround) -> Plan:
    command = _command(workload, ground)
    if not command or command[0].startswith("-") or command[0].endswith(".conf"):
        command = ["redis-server", *command]
    variables = _variables(workload, builtin, ground)
    if password := _option(command, "--requirepass"):
        variables["REDISCLI_AUTH"] = password
    ready = ("/bin/sh", "-c", "redis-cli ping 2>&1 | grep -q -e PONG -e NOAUTH")
    return _plan(
        workload,
        tuple(command),
        variables,
        ground,
        ready=ready,
        signal=workload.stop_signal,
        user=ground.user,
    )


def _plan(
    workload: Workload,
    argv: tuple[str, ...],
    variables: Mapping[str, str],
    ground: ServerGround,
    *,
    ready: tuple[str, ...],
    signal: str,
    user: User | None,
) -> Plan:
    restart, restart_max = restart_policy(workload.definition)
    return Plan(
        argv=argv,
        environment=variables,
        cwd=str(ground.home),
        user=user,
        restart=restart,
        restart_max=restart_max,
        stop_signal=signal,
        grace_s=workload.stop_grace_s,
        health=HealthTest(argv=ready, first_s=0.05, **READINESS),  # type: ignore[arg-type]
        limits=ulimits(workload.definition),
    )


def _option(command: Sequence[str], name: str) -> str | None:
    for word, value in pairwise(command):
        if word == name:
            return value
    return None
