"""A masked copy of another environment's databases, for a preview.

Invariant: nothing of the preview ever sees a row that was not masked.  The copy is made
under another name, the masks run over it, and only then it takes the database's place;
cut short anywhere, the next try begins anew.  The masks are those of the owner's working
directory, never those of the branch.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from shipway.errors import Problem
from shipway.model.generation import is_postgres
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Instance, InstanceState, Workload
from shipway.rollout.run import Run
from shipway.rollout.world import World
from shipway.saga.step import Watch
from shipway.spec import load_spec

COPY = "shipway_masking"
LINES = 8
LOOK_S = 0.1
POSTGRES_PORT = 5432
CONNECT_S = 1.0


def copy_data(run: Run, workloads: Sequence[Workload], watch: Watch) -> None:
    """Ensure that a preview which wants a masked copy has it, once."""
    preview = run.world.store.previews.get(run.environment)
    if preview is None or not preview.masked or preview.copied:
        return
    directory = Path(str(run.rollout.request["directory"]))
    masks = load_spec(directory).previews.masks
    if not masks:
        raise Problem(
            "no-masks",
            f"{run.environment}: a copy of {preview.base}'s data without a single mask is "
            "refused. Nothing was copied.",
            hints=["write previews: {data: masked, masks: [UPDATE …]} to shipway.yaml"],
        )
    source = EnvironmentId(run.environment.project, preview.base)
    databases = [workload for workload in workloads if is_postgres(workload)]
    for workload in databases:
        run.note("services", f"{workload.service}: copying {preview.base}'s data, then masking it")
        _copy_one(run.world, (source, run.environment), workload, masks, watch)
    run.world.store.previews.copied(run.environment)


def _copy_one(
    world: World,
    way: tuple[EnvironmentId, EnvironmentId],
    workload: Workload,
    masks: Sequence[str],
    watch: Watch,
) -> None:
    source, target = way
    user = workload.environment.get("POSTGRES_USER") or "postgres"
    database = workload.environment.get("POSTGRES_DB") or user
    there = _instance(world, source, workload.service)
    here = _instance(world, target, workload.service)
    _await_open(here, watch)
    client = ("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-", "-U", user)
    sql = _Sql(world, here, watch)
    sql.run([*client, "-d", "template1"], f'DROP DATABASE IF EXISTS "{COPY}" WITH (FORCE);')
    sql.run([*client, "-d", "template1"], f'CREATE DATABASE "{COPY}";')
    dump = world.kit_of(source).console.exec_argv(
        there, ["pg_dump", "--no-owner", "--no-privileges", "-U", user, "-d", database], tty=False
    )
    with _dumping(dump, watch, source, workload.service) as rows:
        sql.run([*client, "-d", COPY], rows)
    sql.run(
        [*client, "-1", "-d", COPY], "\n".join(f"{mask.strip().rstrip(';')};" for mask in masks)
    )
    swap = (
        f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE);\n'
        f'ALTER DATABASE "{COPY}" RENAME TO "{database}";'
    )
    sql.run([*client, "-d", "template1"], swap)


@contextlib.contextmanager
def _dumping(
    argv: Sequence[str], watch: Watch, source: EnvironmentId, service: str
) -> Iterator[IO[bytes]]:
    """Yield the dump's output, which goes to no file; raise where the dump itself failed."""
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said
        ) as process,
    ):
        assert process.stdout is not None  # noqa: S101 - asked for above
        try:
            yield process.stdout
            process.stdout.close()
            while process.poll() is None:
                watch.pause(LOOK_S)
        finally:
            if process.poll() is None:
                process.kill()
        if process.returncode != 0:
            said.seek(0)
            raise _failed(f"{source}: {service} could not be dumped", said.read())


class _Sql:
    """Runs psql inside the preview's instance."""

    def __init__(self, world: World, instance: Instance, watch: Watch) -> None:
        self._world = world
        self._instance = instance
        self._watch = watch

    def run(self, argv: Sequence[str], sql: str | IO[bytes]) -> None:
        """Run it; raise Problem `copy-failed` with what psql said."""
        console = self._world.kit_of(self._instance.scope.environment).console
        command = console.exec_argv(self._instance, list(argv), tty=False)
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said:
            if isinstance(sql, str):
                given.write(sql.encode())
                given.seek(0)
            process = subprocess.Popen(
                command,
                stdin=given if isinstance(sql, str) else sql,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )
            try:
                while process.poll() is None:
                    self._watch.pause(LOOK_S)
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
            if process.returncode != 0:
                said.seek(0)
                name = f"{self._instance.scope.environment}: {self._instance.service}"
                raise _failed(f"{name}: the copy could not be made or masked", said.read())


def _await_open(instance: Instance, watch: Watch) -> None:
    """Wait until the server takes connections; while it is set up for the first time, it does not."""
    while True:
        try:
            socket.create_connection((instance.address or "", POSTGRES_PORT), CONNECT_S).close()
        except OSError:
            watch.pause(LOOK_S)
            continue
        return


def _instance(world: World, environment: EnvironmentId, service: str) -> Instance:
    engine = world.kit_of(environment).engine
    for item in engine.instances(scope=Scope(environment=environment)):
        if item.service == service and item.state is InstanceState.RUNNING:
            return item
    raise Problem(
        "not-running",
        f"{environment}: {service}, whose data is to be copied, does not run.",
        hints=[f"shipway deploy {environment.name}", "or previews: {data: fresh}"],
    )


def _failed(what: str, said: bytes) -> Problem:
    return Problem(
        "copy-failed",
        f"{what}. Nothing of it is seen by the preview.",
        details=said.decode(errors="replace").splitlines()[-LINES:],
        hints=["previews: {data: fresh}, or correct the masks in shipway.yaml"],
    )
