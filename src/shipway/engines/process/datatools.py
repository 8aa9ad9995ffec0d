"""What the process engine does for databases: their own programs, and filling their data."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from shipway.engines.process.builder import cannot_run
from shipway.engines.process.builtin import find_builtin
from shipway.engines.process.instances import Instances
from shipway.engines.process.layout import Layout
from shipway.engines.process.supervise import read_state
from shipway.errors import Problem
from shipway.model.workload import Priority, Workload
from shipway.tools import BEHIND


def tool_argv(
    layout: Layout,
    instances: Instances,
    workload: Workload,
    argv: Sequence[str],
    *,
    connected: bool,
    priority: Priority = Priority.NORMAL,
) -> list[str]:
    """Return the command; connected, it enters the instance's variables (PGHOST, PGUSER)."""
    builtin = find_builtin(workload.artifact.name)
    if builtin is None:
        raise cannot_run(workload.service, workload.artifact.name)
    behind = BEHIND if priority is Priority.BACKGROUND else ()
    program = [*behind, str(builtin.folder / argv[0]), *argv[1:]]
    if not connected:
        return program
    return instances.enter(layout.place(workload.scope, workload.service, 1), program)


def fill(layout: Layout, instances: Instances, workload: Workload, tree: Path) -> None:
    """Ensure that the workload's data directory is the tree's content."""
    place = layout.place(workload.scope, workload.service, 1)
    state = read_state(place)
    if state is not None and state.alive:
        raise Problem("fill-failed", f"{place.id} runs; its data is not replaced under it.")
    data, user = instances.data_of(workload, place)
    filling = data.with_name(f"{data.name}.filling")
    try:
        for old in (filling, data):
            if old.exists():
                shutil.rmtree(old)
        try:
            tree.rename(filling)  # at once, on the same disk
        except OSError:
            shutil.copytree(tree, filling, symlinks=True)
        filling.chmod(0o700)
        if user is not None:
            _give(filling, user.uid, user.gid)
        filling.rename(data)
    except OSError as error:
        shutil.rmtree(filling, ignore_errors=True)
        raise Problem(
            "fill-failed",
            f"the data of {workload.service} cannot be written to {data}: {error.strerror}.",
            hints=["df -h"],
        ) from error


def _give(folder: Path, uid: int, gid: int) -> None:
    os.chown(folder, uid, gid)
    for base, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(base) / name, uid, gid, follow_symlinks=False)
