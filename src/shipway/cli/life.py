"""up, down, daemon: the daemon's life.  It is never in the path of traffic."""

from __future__ import annotations

import click

from shipway.cli.connection import connect, running_daemon
from shipway.cli.daemon_here import stop
from shipway.cli.machine import ensure_tools
from shipway.cli.session import Session, json_option, pass_session, yes_if_asked
from shipway.errors import Problem
from shipway.places import places
from shipway.tools import find_tool

OPTIONAL = {"postgres": "PostgreSQL", "redis": "Redis"}


@click.command()
@click.option(
    "--tools",
    is_flag=True,
    help="Also get restic for backups, PostgreSQL and Redis for the process engine.",
)
@yes_if_asked
@json_option
@pass_session
def up(session: Session, *, tools: bool, yes: bool) -> None:
    """Start the daemon, and get HAProxy where this machine has none."""
    console = session.console
    wanted = ["haproxy", *OPTIONAL, "restic"] if tools else ["haproxy"]
    ensure_tools(wanted, assume_yes=yes, say=console.note)
    client = connect(console)
    about = client.get("/daemon")
    if console.json:
        console.emit({"daemon": about, "socket": str(places().socket)})
        return
    console.say(
        f"{console.paint.green('●')} the daemon runs: Shipway {about['version']}, "
        f"process {about['pid']}",
        f"  state   {about['home']}",
        f"  socket  {places().socket}",
        f"  log     {places().log}",
    )
    absent = [title for name, title in OPTIONAL.items() if find_tool(name) is None]
    if absent:
        console.say(
            f"  {' and '.join(absent)} not found: projects that use the process engine and need "
            "them: shipway up --tools"
        )
    if find_tool("restic") is None:
        console.say("  restic not found: nothing is backed up without it: shipway up --tools")


@click.command()
@click.option("--ingress", is_flag=True, help="End the proxy too: nothing is reachable then.")
@click.option("--all", "everything", is_flag=True, help="Stop and remove all that runs, too.")
@yes_if_asked
@json_option
@pass_session
def down(session: Session, *, ingress: bool, everything: bool, yes: bool) -> int:
    """End the daemon.  Applications and the proxy go on running without it."""
    console = session.console
    if places().managed and not (ingress or everything):
        raise Problem(
            "kept-by-systemd",
            "systemd keeps the daemon, and would start it again. Nothing was changed.",
            hints=["sudo systemctl stop shipway", "shipway daemon restart"],
        )
    client, about = running_daemon()
    if about is None:
        if not (ingress or everything):
            console.emit({"stopped": False}) if console.json else console.say("No daemon runs.")
            return 0
        client = connect(console)
        about = client.get("/daemon")
    environments = client.get("/status")["environments"]
    names = [f"{item['project']}/{item['environment']}" for item in environments if item["live"]]
    active = [item["active"]["id"] for item in environments if item["active"]]
    question = _question(names, ingress=ingress, everything=everything)
    if question and not console.confirm(question, yes=yes):
        console.say("Nothing was changed.")
        return 1
    if everything:
        for item in environments:
            client.post(f"/projects/{item['project']}/environments/{item['environment']}/destroy")
            console.note(f"{item['project']}/{item['environment']}: all instances are gone")
    stop(client, int(about["pid"]), ingress=ingress or everything)
    if console.json:
        console.emit({"stopped": True, "ingress": ingress or everything, "destroyed": everything})
    else:
        console.say(_farewell(names, ingress=ingress, everything=everything))
        for number in active:
            console.say(
                f"Rollout #{number} goes on when the daemon starts: shipway follow {number}"
            )
    return 0


def _question(names: list[str], *, ingress: bool, everything: bool) -> str:
    if everything and names:
        return f"Stop and remove all that runs in {', '.join(names)}? Volumes stay."
    if ingress and names:
        return f"End the proxy? {', '.join(names)} cannot be reached then."
    return ""


def _farewell(names: list[str], *, ingress: bool, everything: bool) -> str:
    if everything:
        return "The daemon and the proxy have ended; nothing runs; volumes and releases stay."
    if ingress and names:
        return (
            f"The daemon and the proxy have ended; {', '.join(names)} still run, but cannot be "
            "reached: shipway up"
        )
    if ingress:
        return "The daemon and the proxy have ended; nothing runs."
    if names:
        return f"The daemon has ended; {', '.join(names)} and the proxy go on serving."
    return "The daemon has ended."
