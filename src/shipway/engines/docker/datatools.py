"""What the docker engine does for databases: their image's own programs, beside them.  Pure.

A tool is a container of the database's image in the database's network namespace: the
official image trusts its own loopback, also for replication, which it refuses to others.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from shipway.engines.docker import names
from shipway.engines.docker.resources import cpu_shares
from shipway.errors import Problem
from shipway.model.generation import data_mount
from shipway.model.workload import Priority, Role, Workload

FILL_S = 3600.0
SOURCE = "/shipway-source"
FILL = f"""set -e
mkdir -p "$PGDATA"
find "$PGDATA" -mindepth 1 -maxdepth 1 -exec rm -rf {{}} +
cp -R -p {SOURCE}/. "$PGDATA"/
chown -R postgres:postgres "$PGDATA"
chmod 700 "$PGDATA"
sync
"""


def tool_labels(workload: Workload, name: str) -> dict[str, str]:
    """Return the labels of a tool's container: the environment's, and no instance."""
    return {**names.workload_labels(workload), names.RUN: f"tool-{name}"}


def tool_argv(
    docker: str,
    host: str,
    workload: Workload,
    argv: Sequence[str],
    *,
    folder: Path,
    name: str,
    connected: bool,
    priority: Priority = Priority.NORMAL,
) -> list[str]:
    """Return the `docker run` of a tool."""
    database = names.container_name(workload, 1)
    command = [docker, "--host", host, "run", "--rm", "--init", "--name", f"{database}.{name}"]
    for key, value in sorted(tool_labels(workload, name).items()):
        command += ["--label", f"{key}={value}"]
    if priority is Priority.BACKGROUND:
        command += ["--cpu-shares", str(cpu_shares({}, priority))]
    command += ["--network", f"container:{database}" if connected else "none"]
    command += ["--user", f"{os.getuid()}:{os.getgid()}", "--env", "HOME=/tmp"]
    command += ["--volume", f"{folder}:{folder}", "--workdir", str(folder)]
    if connected:
        user = workload.environment.get("POSTGRES_USER") or "postgres"
        command += ["--env", "PGHOST=127.0.0.1", "--env", f"PGUSER={user}"]
        command += ["--env", "PGDATABASE=postgres"]
    return [*command, "--entrypoint", argv[0], workload.artifact.reference, *argv[1:]]


def filler(workload: Workload, tree: Path) -> Workload:
    """Return the job that copies a tree into the workload's data directory."""
    held = data_mount(workload)
    if held is None:
        raise Problem("fill-failed", f"{workload.service} has no volume for its data.")
    source = {"type": "bind", "source": str(tree), "target": SOURCE, "read_only": True}
    return replace(
        workload,
        service=f"{workload.service}-fill",
        role=Role.JOB,
        definition={
            "image": workload.definition.get("image"),
            "entrypoint": ["/bin/sh", "-c"],
            "user": "0:0",
            "networks": workload.definition.get("networks"),
            "volumes": [dict(held), source],
        },
        files=(),
        argv=(FILL,),
        port=None,
        replicas=1,
    )


def fill_failed(workload: Workload, code: int, lines: Sequence[str]) -> Problem:
    """Return the Problem of a copy that did not work."""
    return Problem(
        "fill-failed",
        f"the data of {workload.service} cannot be written: the copy ended with {code}.",
        details=tuple(lines[-5:]),
        hints=["df -h"],
    )
