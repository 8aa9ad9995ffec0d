"""An instance's directory, made ready: its files, its address, its shim's orders."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from shipway.engines.process.addresses import AddressTable
from shipway.engines.process.artifacts import Artifacts
from shipway.engines.process.builder import cannot_run
from shipway.engines.process.builtin import find_builtin
from shipway.engines.process.copying import copy_build
from shipway.engines.process.layout import Layout, Place
from shipway.engines.process.naming import names_for
from shipway.engines.process.owners import owner_of
from shipway.engines.process.plan import Plan, User
from shipway.engines.process.prepare import Mounts, require_reachable, write_private
from shipway.engines.process.server_files import copy_scripts, data_folders, server_user
from shipway.engines.process.stateful import ServerGround, plan_server, programs_of
from shipway.engines.process.stateless import Ground, plan_stateless
from shipway.engines.process.supervise import read_state
from shipway.errors import Problem
from shipway.model.rewrite import Rewriter
from shipway.model.workload import Workload
from shipway.tools import find_tool

INHERITED = ("LANG", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")
SOCKET_PATH_BYTES_MAX = 90
JOB_INDEX = 0


@dataclass(frozen=True, slots=True)
class Instances:
    """Prepares instances: their directories and their shims' orders."""

    layout: Layout
    table: AddressTable
    artifacts: Artifacts

    def prepare(self, workload: Workload, index: int) -> Place:
        """Ensure an instance's directory; one that runs is left as it is."""
        place = self.layout.place(workload.scope, workload.service, index)
        state = read_state(place)
        if state is not None and state.alive:
            return place
        self._prepare(workload, place, index)
        return place

    def prepare_job(self, workload: Workload, place: Place) -> None:
        """Make a job's directory; its orders know no restart and no healthcheck."""
        self._prepare(workload, place, JOB_INDEX)

    def enter(self, place: Place, argv: Sequence[str]) -> list[str]:
        """Return the command that runs `argv` in the instance's environment."""
        if not place.plan.exists():
            raise Problem("no-instance", f"{place.id} is not an instance (any more).")
        module = "shipway.engines.process.enter"
        return [sys.executable, "-m", module, str(place.path), "--", *argv]

    def data_of(self, workload: Workload, place: Place) -> tuple[Path, User | None]:
        """Return a server's data directory, its volume made, and whom it belongs to."""
        builtin = find_builtin(workload.artifact.name)
        if builtin is None:
            raise cannot_run(workload.service, workload.artifact.name)
        user = server_user(builtin)
        mounts = Mounts(self.layout, place, workload, None, user)
        volume, data = data_folders(builtin, workload, mounts, place)
        mounts.own(volume)
        return data, user

    def _prepare(self, workload: Workload, place: Place, index: int) -> None:
        own = self.table.reserve([(workload.scope, workload.service, index)])[0]
        names = names_for(self.table, workload)
        place.path.mkdir(parents=True, exist_ok=True, mode=0o711)
        place.home.mkdir(exist_ok=True)
        if workload.artifact.kind == "image":
            dependencies = None
            plan = self._server(workload, place, own, names)
        else:
            plan, dependencies = self._built(workload, place, own, names)
        if index == JOB_INDEX:
            plan = replace(plan, restart="no", restart_max=0, health=None)
        write_private(place.plan, plan.encode())
        scope = workload.scope
        meta = {
            "project": scope.environment.project,
            "environment": scope.environment.name,
            "release": scope.release,
            "service": workload.service,
            "index": index,
            "address": own,
            "artifact": workload.artifact.reference,
            "dependencies": dependencies,
        }
        write_private(place.meta, json.dumps(meta, indent=1).encode())

    def _built(
        self, workload: Workload, place: Place, own: str, names: dict[str, str]
    ) -> tuple[Plan, str | None]:
        reference = workload.artifact.reference
        record = self.artifacts.record(reference)
        if record is None:
            raise Problem(
                "artifact-missing",
                f"{workload.service}: the artifact {workload.artifact.short} is not there (any more).",
                hints=["shipway deploy"],
            )
        before = owner_of(place)
        if before is not None and before.artifact != reference:
            shutil.rmtree(place.root, ignore_errors=True)
        copy_build(self.artifacts.tree(reference), place.root)
        elsewhere = Mounts(self.layout, place, workload, record).apply()
        key = record.dependencies
        node = find_tool("node")
        ground = Ground(
            id=str(place.path),
            own=own,
            root=place.root,
            home=place.home,
            python=self.layout.dependencies(key) if key else None,
            names=names,
            elsewhere=elsewhere,
            base=_inherited(),
            tools=(str(node.parent),) if node else (),
        )
        plan = plan_stateless(workload, record, ground)
        Path(plan.cwd).mkdir(parents=True, exist_ok=True)
        _make_executable(plan.argv[0], place.root)
        return plan, key

    def _server(self, workload: Workload, place: Place, own: str, names: dict[str, str]) -> Plan:
        builtin = find_builtin(workload.artifact.name)
        if builtin is None:
            raise cannot_run(workload.service, workload.artifact.name)
        user = server_user(builtin)
        mounts = Mounts(self.layout, place, workload, None, user)
        elsewhere = mounts.apply()
        volume, data = data_folders(builtin, workload, mounts, place)
        require_reachable(volume, user)
        sockets = self._sockets(place)
        ground = ServerGround(
            id=str(place.path),
            own=own,
            data=data,
            home=place.home,
            programs=place.path / "bin",
            sockets=sockets,
            scripts=place.path / "initdb.d",
            user=user,
            rewriter=Rewriter(own=own, names=names, paths=elsewhere),
            base=_inherited(),
        )
        ground.programs.mkdir(exist_ok=True)
        for name, text in programs_of(builtin, own, ground.data).items():
            write_private(ground.programs / name, text.encode(), mode=0o755)
        copy_scripts(elsewhere, ground.scripts)
        for path in (volume, place.home, sockets):
            mounts.own(path)
        return plan_server(workload, builtin, ground)

    def _sockets(self, place: Place) -> Path:
        folder = self.layout.socket_folder(place)
        if len(str(folder)) > SOCKET_PATH_BYTES_MAX:
            raise Problem(
                "path-too-long",
                f"{folder} is too long for a unix socket: keep the state in a shorter directory.",
                hints=["keep Shipway's state in /var/lib/shipway"],
            )
        folder.parent.mkdir(mode=0o711, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder


def _inherited() -> dict[str, str]:
    found = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {"LANG": "C.UTF-8", **found}


def _make_executable(program: str, root: Path) -> None:
    """Let the instance's own copy of its start script be run."""
    path = Path(program)
    if path.is_relative_to(root) and path.is_file() and not os.access(path, os.X_OK):
        path.chmod(path.stat().st_mode | 0o111)
