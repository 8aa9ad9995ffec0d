"""logs: what the instances of a service say."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import click

from shipway.cli import names
from shipway.cli.console import Paint
from shipway.cli.session import Session, json_option, pass_session
from shipway.cli.target import find_target
from shipway.cli.text import harmless, pad, width

_COLOURS = re.compile(r"(\x1b\[[0-9;]*m)")


@click.command()
@click.argument("service", metavar="[SERVICE]", required=False, shell_complete=names.services)
@click.argument("environment", metavar="[ENV]", required=False, shell_complete=names.environments)
@click.option("-f", "--follow", is_flag=True, help="Go on with new lines until Ctrl-C.")
@click.option("-n", "--tail", default=100, show_default=True, type=click.IntRange(0, 100_000))
@click.option("-t", "--timestamps", is_flag=True, help="Show when each line was written.")
@click.option("--release", metavar="RELEASE", help="Such as r41.  [default: the live one]")
@json_option
@pass_session
def logs(
    session: Session,
    service: str | None,
    environment: str | None,
    *,
    follow: bool,
    tail: int,
    timestamps: bool,
    release: str | None,
) -> None:
    """Show the log of a service's instances, or of all services.

    ENV is production if something is live there, else staging.
    """
    client = session.client()
    target = find_target(session, client, service=service, environment=environment)
    lines = client.stream(
        "GET",
        f"{target.path}/logs",
        name=target.service,
        release=release,
        tail=tail,
        follow=follow,
    )
    console = session.console
    columns = max(map(width, target.instances), default=0)
    write = _writer(console.paint, columns=columns, timestamps=timestamps)
    show = console.emit if console.json else write
    for line in lines:
        show(line)


def _writer(paint: Paint, *, columns: int, timestamps: bool) -> Callable[[dict[str, Any]], None]:
    """Return what prints a line after its instance's name, in the instance's colour."""
    numbers: dict[str, int] = {}

    def write(line: dict[str, Any]) -> None:
        nonlocal columns
        name = line["instance"]
        number = numbers.setdefault(name, len(numbers))
        columns = max(columns, width(name))
        moment = time.strftime("%H:%M:%S ", time.localtime(line["at"])) if timestamps else ""
        prefix = paint.numbered(number, f"{pad(name, columns)} |")
        text = _for_terminal(line["text"]) if paint.wanted else line["text"]
        print(f"{moment}{prefix} {text}", flush=True)

    return write


def _for_terminal(text: str) -> str:
    """Return the text with its colours, without all that would move the cursor."""
    parts = _COLOURS.split(text)
    kept = [part if index % 2 else harmless(part) for index, part in enumerate(parts)]
    return "".join(kept) + ("\x1b[0m" if len(parts) > 1 else "")
