"""install, uninstall: this machine as a server of Shipway's, kept by systemd."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shipway.cli.session import Session, json_option, pass_session, yes_if_asked
from shipway.errors import Problem
from shipway.model.words import plural

if TYPE_CHECKING:
    from shipway.cli.console import Console
    from shipway.installation.layout import Layout
    from shipway.installation.plan import Change, Facts

WHOLE = Path("/")
ROOT = click.option(
    "--root",
    default=str(WHOLE),
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the files below DIR, for an image; no user is made, no unit started.",
    metavar="DIR",
)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Show the plan and the files; do nothing.")


@click.command()
@DRY_RUN
@click.option(
    "--operator",
    "operators",
    multiple=True,
    metavar="USER",
    help="Let USER speak with the daemon (who may deploy is as powerful as in group docker).",
)
@ROOT
@yes_if_asked
@json_option
@pass_session
def install(
    session: Session, *, dry_run: bool, operators: tuple[str, ...], root: Path, yes: bool
) -> int:
    """Make this Debian or Ubuntu machine a server: a system user, directories, systemd units.

    Safe to repeat: a second run has nothing to do.  `shipway uninstall` undoes it.
    """
    from shipway.installation.machine import look, members
    from shipway.installation.plan import install_plan

    layout = _layout()
    facts = look(layout, root=root)
    if not dry_run:
        _check(layout, facts, root)
    present = members(layout.user)
    plan = install_plan(
        layout, facts, operators=tuple(one for one in operators if one not in present)
    )
    code = _do(session.console, plan, layout, root, dry_run=dry_run, yes=yes, word="install")
    if code == 0 and plan and not dry_run:
        if root == WHOLE:
            _await_daemon(layout)
        if not session.console.json:
            session.console.say(*_farewell(layout, facts))
    return code


def _await_daemon(layout: Layout) -> None:
    """Wait until the daemon that systemd keeps answers.  Raises Problem `daemon-down`."""
    from shipway.api.client import Client
    from shipway.cli.daemon_here import user_name
    from shipway.cli.daemon_start import start
    from shipway.places import Places

    here = Places(layout.home)
    start(here, Client(here.socket, user_name()))


@click.command()
@DRY_RUN
@click.option("--purge", is_flag=True, help="Delete the state, all data and the user, too.")
@ROOT
@yes_if_asked
@json_option
@pass_session
def uninstall(session: Session, *, dry_run: bool, purge: bool, root: Path, yes: bool) -> int:
    """Undo `shipway install`.  Data, releases and containers stay, unless --purge is given."""
    from shipway.installation.machine import look
    from shipway.installation.plan import uninstall_plan

    layout = _layout()
    facts = look(layout, root=root)
    if not dry_run:
        _must_be_root(root)
    if purge and not dry_run and root == WHOLE:
        _refuse_while_running(layout)
    plan = uninstall_plan(layout, facts, purge=purge)
    code = _do(session.console, plan, layout, root, dry_run=dry_run, yes=yes, word="uninstall")
    if code == 0 and plan and not (dry_run or purge or session.console.json):
        session.console.say(
            f"Shipway's state and data stay in {layout.home}, with their user {layout.user}; "
            "applications go on running.",
            "  shipway uninstall --purge    deletes them",
        )
    return code


def _layout() -> Layout:
    from shipway.installation.layout import Layout
    from shipway.installation.machine import docker_root, group_exists
    from shipway.tools import find_tool

    layout = Layout(
        python=Path(sys.executable),
        haproxy=find_tool("haproxy") or Path("/usr/sbin/haproxy"),
    )
    if not group_exists("docker"):
        return layout
    return replace(layout, docker=True, engine=docker_root() or layout.engine)


def _check(layout: Layout, facts: Facts, root: Path) -> None:
    """Refuse where it could not work."""
    from shipway.installation.machine import is_debian, unreachable_part

    _must_be_root(root)
    if not is_debian():
        raise Problem(
            "not-debian",
            "shipway install knows Debian and Ubuntu; this machine is neither. "
            "Nothing was changed.",
            hints=["shipway up, which needs no installation", "shipway install --dry-run"],
        )
    part = unreachable_part(layout.python)
    if part is not None:
        raise Problem(
            "program-unreachable",
            f"the system user {layout.user} could not run {layout.python}: {part} is closed to "
            "others. Nothing was changed.",
            hints=[
                "git clone REPOSITORY /opt/shipway, of what you cloned here",
                "/opt/shipway/shipway install",
            ],
        )
    if root != WHOLE:
        return
    if not facts.booted:
        raise Problem(
            "no-systemd",
            "systemd does not run this machine, so no unit can be started. Nothing was changed.",
            hints=[
                "shipway up, which needs no systemd",
                "shipway install --root DIR, which only writes the files",
            ],
        )
    _refuse_own_daemon(layout, facts)


def _refuse_own_daemon(layout: Layout, facts: Facts) -> None:
    """Refuse to take the home from a daemon that somebody started by hand."""
    from shipway.api.client import Client
    from shipway.cli.daemon_here import ask, user_name
    from shipway.places import Places

    if facts.active:
        return
    about = ask(Client(Places(layout.home).socket, user_name()))
    if about is not None:
        raise Problem(
            "daemon-runs",
            f"a daemon that systemd does not keep uses {layout.home} (process {about['pid']}). "
            "Nothing was changed.",
            hints=["shipway down --all, which ends it and all that runs; then: shipway install"],
        )


def _must_be_root(root: Path) -> None:
    if os.geteuid() != 0 and root == WHOLE:
        raise Problem(
            "needs-root",
            "only root can make system users and units. Nothing was changed.",
            hints=["sudo shipway install", "shipway install --dry-run, which shows the plan"],
        )


def _refuse_while_running(layout: Layout) -> None:
    from shipway.installation.machine import processes_of

    count = processes_of(layout.user)
    if count:
        raise Problem(
            "still-running",
            f"{plural(count, 'process', 'processes')} of {layout.user} still there: applications, "
            "their databases, or the proxy. Nothing was changed.",
            hints=["shipway down --all, then: shipway uninstall, then this again"],
        )


def _do(
    console: Console,
    plan: list[Change],
    layout: Layout,
    root: Path,
    *,
    dry_run: bool,
    yes: bool,
    word: str,
) -> int:
    """Show the plan, ask, carry it out."""
    from shipway.cli.machine import ensure_tools
    from shipway.installation.machine import carry_out

    if not plan:
        console.emit({"changes": [], "done": True}) if console.json else console.say(
            f"There is nothing to {word}: everything is as it should be."
        )
        return 0
    if dry_run:
        if console.json:
            console.emit({"changes": [_view(item) for item in plan], "done": False})
        else:
            console.say(*_plan_lines(plan), *_file_lines(plan))
        return 0
    if not console.json:
        console.say(*_plan_lines(plan))
    if not console.confirm("Do that?", yes=yes):
        console.say("Nothing was changed.")
        return 1
    for change in plan:
        if change.tools:
            ensure_tools(change.tools, assume_yes=True, say=lambda _text: None)
        else:
            carry_out(change, layout, root=root)
        console.note(f"✓ {change.says}")
    if console.json:
        console.emit({"changes": [_view(item) for item in plan], "done": True})
    return 0


def _view(change: Change) -> dict[str, object]:
    return {
        "says": change.says,
        "argv": list(change.argv) if change.argv else None,
        "path": str(
            (change.directory[0] if change.directory else None)
            or (change.file.path if change.file else None)
            or change.remove
            or ""
        )
        or None,
        "content": change.file.content if change.file else None,
    }


def _plan_lines(plan: list[Change]) -> list[str]:
    lines = ["This would be done:"]
    for number, change in enumerate(plan, 1):
        lines.append(f"  {number:2}. {change.says}")
        if change.argv:
            lines.append(f"        {' '.join(change.argv)}")
    return lines


def _file_lines(plan: list[Change]) -> list[str]:
    lines = []
    for change in plan:
        if change.file is not None and change.file.content:
            lines += ["", f"── {change.file.path} ({change.file.mode:04o})"]
            lines += change.file.content.rstrip().splitlines()
    return lines


def _farewell(layout: Layout, facts: Facts) -> list[str]:
    lines = [
        "",
        "Shipway is installed. Projects live where the user shipway can read them, e.g. /srv:",
        "  git clone … /srv/shop && cd /srv/shop && shipway init && shipway deploy",
        f"People who deploy are in the group {layout.user}: shipway install --operator NAME",
    ]
    if not facts.docker_group:
        lines.append(
            "There is no group docker: projects run on the process engine. After Docker was "
            "installed, run shipway install again."
        )
    return lines
