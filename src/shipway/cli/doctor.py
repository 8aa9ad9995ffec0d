"""doctor: this machine, its tools and Shipway itself, each with a figure and a hint."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from shipway.cli.problems import FAILED
from shipway.cli.session import Session, json_option, pass_session

if TYPE_CHECKING:
    from shipway.cli.console import Console
    from shipway.doctor.machine import Daemon, Machine
    from shipway.doctor.model import Line
    from shipway.spec.values import Spec


@click.command()
@click.option("--ssh", "host", metavar="HOST", help="Look whether another machine can be reached.")
@click.option("--ssh-user", "user", metavar="NAME", default="", help="As whom.  [default: ssh's]")
@click.option(
    "--ssh-key",
    "key",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="With this key and no other.",
)
@click.option(
    "--ssh-port",
    "port",
    metavar="PORT",
    type=click.IntRange(1, 65_535),
    help="On this port.  [default: ssh's]",
)
@click.option("--ssh-option", "options", metavar="NAME=VALUE", multiple=True, hidden=True)
@json_option
@pass_session
def doctor(
    session: Session,
    *,
    host: str | None,
    user: str,
    key: Path | None,
    port: int | None,
    options: tuple[str, ...],
) -> int:
    """Say what is there, what is asked for, and what to type where the two differ.

    Looks at Shipway's own tools, at the versions that the project's files ask for
    (package.json, pyproject.toml, .nvmrc, Dockerfiles, lock files), at the machine and at the
    daemon; starts and changes nothing. Exit code 1 where something is missing without which
    the project cannot be deployed from here. With --ssh only the other machine is looked at.
    """
    from shipway.doctor.model import Level

    if host is None:
        found = _here(session)
    else:
        from shipway.doctor.ssh import SshTarget

        key = key.expanduser() if key else None
        found = _there(SshTarget(host=host, user=user, key=key, port=port, options=options))
    bad = sum(line.level is Level.BAD for line in found)
    if session.console.json:
        session.console.emit({"good": not bad, "lines": [line.as_dict() for line in found]})
    else:
        session.console.say(*_shown(session.console, found))
    return FAILED if bad else 0


def _there(target: Any) -> list[Line]:
    from shipway.doctor.ssh import ask, key_mode, lines

    return [*lines(target, ask(target), key_mode(target.key))]


def _here(session: Session) -> list[Line]:
    from shipway.checks.facts.files import Files
    from shipway.doctor.look import env_files, find_all
    from shipway.doctor.machine import machine_lines
    from shipway.doctor.project import env_file_lines
    from shipway.doctor.tools import NEEDS, own_lines, project_lines
    from shipway.spec import load_spec
    from shipway.toolchain.wanted import wanted

    directory = session.find_directory()
    start = Path(os.path.realpath(session.start or "."))
    spec = load_spec(directory) if directory else None
    place = directory or (start if _is_project(start) else None)
    files = Files(place) if place else None
    wants = wanted(files) if files else ()
    found = find_all([*(need.tool for need in NEEDS), *(want.tool for want in wants)])
    deciding = ("python", "node") if spec is not None and spec.engine == "process" else ()
    return [
        *own_lines(found),
        *project_lines(wants, found, deciding=deciding),
        *env_file_lines(
            env_files(place, files.paths, files.tracked or ()) if place and files else ()
        ),
        *machine_lines(_machine(spec, asks_docker=any(want.tool == "docker" for want in wants))),
    ]


def _is_project(directory: Path) -> bool:
    """Return whether a directory without shipway.yaml is a project all the same."""
    return any((directory / name).exists() for name in (".git", "package.json", "pyproject.toml"))


def _machine(spec: Spec | None, *, asks_docker: bool) -> Machine:
    import shipway
    from shipway.doctor import look
    from shipway.doctor.machine import Machine
    from shipway.places import places

    where = places().home
    keeper = look.keeper_of(where) if places().managed else ""
    memory, available, swap = look.memory()
    size, free, inodes = look.disk(where)
    daemon, ours = _daemon()
    wanted: dict[int, list[str]] = {}
    for name, environment in spec.environments.items() if spec else ():
        wanted.setdefault(environment.port, []).append(name)
        if environment.tls is not None and environment.port == 443:
            wanted.setdefault(80, []).append(f"{name} (redirects, certificates)")
    wants_docker = spec is not None and spec.engine == "docker"
    return Machine(
        system=look.system(),
        cores=os.cpu_count() or 1,
        load=os.getloadavg()[0],
        memory_bytes=memory,
        memory_free_bytes=available,
        swap_bytes=swap,
        disk_bytes=size,
        disk_free_bytes=free,
        inodes_free=inodes,
        clock=look.clock(),
        docker=look.docker(keeper) if wants_docker or asks_docker or spec is None else None,
        ports=look.ports(wanted, ours, keeper=keeper),
        home=look.home(where, keeper=keeper),
        daemon=daemon,
        own_version=shipway.__version__,
        docker_wanted=wants_docker,
    )


def _daemon() -> tuple[Daemon, Sequence[int]]:
    """Return what the daemon is like, and the ports that its front door serves; starts none."""
    from shipway.api.client import DaemonGone
    from shipway.cli.connection import running_daemon
    from shipway.doctor.machine import Daemon
    from shipway.errors import Problem

    try:
        client, about = running_daemon()
        if about is None:
            return Daemon(), ()
        status = client.get("/status")
    except (Problem, DaemonGone) as error:
        return Daemon(error=f"it does not answer as it should: {error}"), ()
    ingress = status["ingress"]
    return Daemon(
        version=about["version"],
        pid=int(about["pid"]),
        uptime_s=time.time() - about["started_at"],
        ingress=bool(ingress["running"]),
        ingress_version=str(ingress["version"] or ""),
        environments=sum(item["live"] is not None for item in status["environments"]),
    ), _served(status["environments"])


def _served(environments: Iterable[dict[str, Any]]) -> list[int]:
    parts = [urlsplit(url) for item in environments for url in item["urls"]]
    return [part.port or (443 if part.scheme == "https" else 80) for part in parts]


def _shown(console: Console, lines: Sequence[Line]) -> list[str]:
    from shipway.cli.text import table
    from shipway.doctor.model import Level
    from shipway.model.words import plural

    paint = console.paint
    marks = {
        Level.GOOD: paint.green("✓"),
        Level.NOTE: paint.yellow("!"),
        Level.BAD: paint.red("✗"),
        Level.UNKNOWN: paint.dim("?"),
    }
    shown: list[str] = []
    for group in dict.fromkeys(line.group for line in lines):
        inside = [line for line in lines if line.group == group]
        rows = table([(line.name, line.figure, _asked(line)) for line in inside])
        shown += ["", paint.bold(group)] if shown else [paint.bold(group)]
        for line, row in zip(inside, rows, strict=True):
            shown.append(f"  {marks[line.level]} {row}")
            if line.hint and line.level is not Level.GOOD:
                shown.append(f"      {paint.cyan(line.hint)}")
    bad = sum(line.level is Level.BAD for line in lines)
    notes = sum(line.level in {Level.NOTE, Level.UNKNOWN} for line in lines)
    told = plural(bad, "thing") + " must be mended" if bad else "Nothing is missing"
    return [*shown, "", f"{told}; {plural(notes, 'line')} worth a look." if notes else f"{told}."]


def _asked(line: Line) -> str:
    return f"asked for: {line.wanted}" if line.wanted else ""
