"""daemon status, log, restart: the daemon itself."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import click

from shipway.cli.connection import connect, running_daemon
from shipway.cli.daemon_here import stop
from shipway.cli.daemon_start import start
from shipway.cli.problems import FAILED
from shipway.cli.session import Session, asks_nothing, json_option, pass_session
from shipway.cli.text import seconds
from shipway.errors import Problem
from shipway.places import places

LOOK_S = 0.25


@click.group()
def daemon() -> None:
    """Look at the daemon; restart it.  It is never in the path of traffic."""


@daemon.command(short_help="Tell whether it runs; starts none.")
@json_option
@pass_session
def status(session: Session) -> int:
    """Tell whether the daemon runs, without starting it: exit code 1 where it does not."""
    _client, about = running_daemon()
    console = session.console
    if console.json:
        console.emit({"daemon": about})
    elif about is None:
        console.say("No daemon runs: shipway up starts it. What was deployed goes on running.")
    else:
        console.say(
            f"{console.paint.green('●')} Shipway {about['version']}, process {about['pid']}, "
            f"for {seconds(time.time() - about['started_at'])}",
            f"  state   {about['home']}",
            f"  engine  {about['default_engine']} where a project names none",
        )
    return 0 if about else FAILED


@daemon.command(short_help="End it and start it again.")
@asks_nothing
@json_option
@pass_session
def restart(session: Session) -> None:
    """End the daemon and start it again: no request notices, rollouts go on."""
    client, about = running_daemon()
    if about is None:
        client = connect(session.console)
    else:
        stop(client, int(about["pid"]))
        start(places(), client)
    now = client.get("/daemon")
    if session.console.json:
        session.console.emit({"daemon": now})
    else:
        session.console.say(f"The daemon runs again: process {now['pid']}.")


@daemon.command(short_help="Show its log.")
@click.option("-f", "--follow", is_flag=True, help="Go on with new lines until Ctrl-C.")
@click.option(
    "-n",
    "--tail",
    default=50,
    show_default=True,
    type=click.IntRange(0),
    metavar="COUNT",
    help="Begin with this many of the last lines.",
)
@json_option
@pass_session
def log(session: Session, *, follow: bool, tail: int) -> None:
    """Show the daemon's own log; needs no daemon."""
    path = places().log
    if not path.exists():
        raise Problem(
            "no-log",
            f"there is no daemon's log at {path}: none has run here yet.",
            hints=["shipway up"],
        )
    for line in _lines(path, tail=tail, follow=follow):
        if session.console.json:
            session.console.emit({"text": line})
        else:
            print(line, flush=True)


def _lines(path: Path, *, tail: int, follow: bool) -> Iterator[str]:
    """Yield the last lines, and with `follow` what is written then, also after a rotation."""
    stream = path.open(encoding="utf-8", errors="replace")
    try:
        yield from (line.rstrip("\n") for line in deque(stream, maxlen=tail))
        while follow:
            line = stream.readline()
            if line:
                yield line.rstrip("\n")
            elif path.exists() and os.fstat(stream.fileno()).st_ino != path.stat().st_ino:
                stream.close()
                stream = path.open(encoding="utf-8", errors="replace")
            else:
                time.sleep(LOOK_S)
    finally:
        stream.close()
