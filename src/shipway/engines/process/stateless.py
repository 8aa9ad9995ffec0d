"""Plans a service that was built: its command, variables and paths, as Compose says.  Pure."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from shipway.engines.process.artifacts import Record
from shipway.engines.process.dockerfile import BASE_PATH
from shipway.engines.process.plan import (
    HealthTest,
    Plan,
    health_test,
    restart_policy,
    ulimits,
)
from shipway.errors import Problem
from shipway.model.rewrite import Rewriter
from shipway.model.workload import Role, Workload

NODE_LISTEN = Path(__file__).with_name("node_listen.cjs")
INTERPRETERS = ("/usr/local/bin/python", "/usr/local/bin/python3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a plan stands on: this machine's side of an instance.

    root: the directory that stands for `/`.  elsewhere: mounts and files whose target lies
    outside of it, container path to path.  base: variables of this machine that each
    instance gets.  tools: directories at the end of PATH (where node is).
    """

    id: str
    own: str
    root: Path
    home: Path
    python: Path | None
    names: Mapping[str, str]
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    base: Mapping[str, str] = field(default_factory=dict)
    tools: tuple[str, ...] = ()


def in_root(record: Record, target: str) -> bool:
    """Return whether a container's path lies in what the build made."""
    return any(target == path or target.startswith(f"{path}/") for path in record.paths)


def rewriter_for(record: Record, ground: Ground) -> Rewriter:
    """Return what names and paths mean for this instance."""
    paths = {path: f"{ground.root}{path}" for path in record.paths} | dict(ground.elsewhere)
    if ground.python is not None:
        paths |= dict.fromkeys(record.venvs, str(ground.python))
        paths |= dict.fromkeys(INTERPRETERS, f"{ground.python}/bin/python")
    return Rewriter(own=ground.own, names=ground.names, paths=paths)


def command_of(workload: Workload, record: Record) -> tuple[str, ...]:
    """Return entrypoint and command, by Compose's rules, before rewriting.

    Raises Problem `engine-cannot-run` where nobody says what to start.
    """
    entrypoint = _words(workload.definition.get("entrypoint"))
    command = _words(workload.definition.get("command"))
    if entrypoint is None:
        entrypoint = record.image.entrypoint
        command = record.image.command if command is None else command
    if workload.argv is not None:
        command = workload.argv
    argv = (*entrypoint, *(command or ()))
    if not argv:
        raise Problem(
            "engine-cannot-run",
            f"{workload.service}: neither the Compose file nor the Dockerfile's last stage says"
            f" what to start, and the process engine has no base image ({record.image.base}).",
            hints=["give the service a command in the Compose file"],
        )
    return argv


def variables(workload: Workload, record: Record, ground: Ground) -> dict[str, str]:
    """Return the instance's environment: machine, Dockerfile, then the service's own."""
    rewriter = rewriter_for(record, ground)
    given = {**record.image.environment, **workload.environment}
    path = given.pop("PATH", BASE_PATH)
    own = {key: rewriter.variable(key, value) for key, value in given.items()}
    folders = [f"{ground.root}/usr/local/bin"]
    if ground.python is not None:
        folders.append(f"{ground.python}/bin")
        own.setdefault("VIRTUAL_ENV", str(ground.python))
    known = [rewriter.path(folder) for folder in path.split(":")]
    everywhere = [*folders, *known, *BASE_PATH.split(":"), *ground.tools]
    defaults = {
        **ground.base,
        "HOME": str(ground.home),
        "HOSTNAME": ground.own,
        "PYTHONUNBUFFERED": "1",
        **({"PORT": str(workload.port)} if workload.port else {}),
    }
    return {
        **defaults,
        **own,
        "PATH": ":".join(dict.fromkeys(everywhere)),
        "SHIPWAY_INSTANCE": ground.id,
        "SHIPWAY_ADDRESS": ground.own,
        **_node_options(own, record),
    }


def _node_options(variables: Mapping[str, str], record: Record) -> dict[str, str]:
    """Return what makes a Node server that names no host listen on its own address."""
    if "node" not in record.image.base:
        return {}
    given = variables.get("NODE_OPTIONS", "")
    return {"NODE_OPTIONS": f'{given} --require "{NODE_LISTEN}"'.strip()}


def working_directory(workload: Workload, record: Record, ground: Ground) -> str:
    """Return the directory in which the command runs."""
    wanted = str(workload.definition.get("working_dir") or record.image.workdir)
    absolute = posixpath.normpath(posixpath.join(record.image.workdir, wanted))
    return f"{ground.root}{absolute}" if absolute != "/" else str(ground.root)


def plan_stateless(workload: Workload, record: Record, ground: Ground) -> Plan:
    """Return the orders for one instance of a built service."""
    rewriter = rewriter_for(record, ground)
    restart, restart_max = restart_policy(workload.definition)
    if workload.role is Role.JOB:
        restart, restart_max = "no", 0
    return Plan(
        argv=rewriter.command(command_of(workload, record)),
        environment=variables(workload, record, ground),
        cwd=working_directory(workload, record, ground),
        restart=restart,
        restart_max=restart_max,
        stop_signal=stop_signal(workload, record.image.stop_signal),
        grace_s=workload.stop_grace_s,
        health=_health(workload, record, rewriter),
        limits=ulimits(workload.definition),
    )


def stop_signal(workload: Workload, default: str | None) -> str:
    """Return the service's stop signal; the image's where Compose names none."""
    if default and not workload.definition.get("stop_signal") and workload.stop_signal == "SIGTERM":
        return default
    return workload.stop_signal


def _health(workload: Workload, record: Record, rewriter: Rewriter) -> HealthTest | None:
    check: Mapping[str, Any] | None = workload.definition.get("healthcheck")
    if check is not None and not check.get("test") and not check.get("disable"):
        check = {**(record.image.healthcheck or {}), **check}
    test = health_test(check if check is not None else record.image.healthcheck)
    return None if test is None else replace(test, argv=rewriter.probe(test.argv))


def _words(value: str | Sequence[str] | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    return tuple(shlex.split(value)) if isinstance(value, str) else tuple(map(str, value))
