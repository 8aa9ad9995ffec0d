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
from shipway.cli.which import environment_argument

LEVELS = ("debug", "info", "warning", "error", "critical")
_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%H:%M")
_COLOURS = re.compile(r"(\x1b\[[0-9;]*m)")


@click.command()
@click.argument("service", metavar="[SERVICE]", required=False, shell_complete=names.services)
@environment_argument()
@click.option("-f", "--follow", is_flag=True, help="Go on with new lines until Ctrl-C.")
@click.option(
    "-n",
    "--tail",
    default=100,
    show_default=True,
    type=click.IntRange(0, 100_000),
    metavar="COUNT",
    help="Begin with this many of the last lines.",
)
@click.option("-t", "--timestamps", is_flag=True, help="Show when each line was written.")
@click.option(
    "--release",
    metavar="RELEASE",
    shell_complete=names.releases,
    help="Such as r41.  [default: the live one]",
)
@click.option(
    "--search", metavar="TEXT", help="Only lines with it; of instances that are gone too."
)
@click.option("--since", metavar="WHEN", help="From 30m ago on, or from 2026-03-02 14:00 on.")
@click.option("--level", type=click.Choice(LEVELS), help="Lines at least this serious.")
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
    search: str | None,
    since: str | None,
    level: str | None,
) -> None:
    """Show the log of a service's instances, or of all services.

    ENV is production if something is live there, else staging. With --search, --since or
    --level the kept logs are looked through: every release's, those of instances that are
    gone, and what rollouts told (service `rollout`).

    \b
    shipway logs api -f                     what the API says, as it says it
    shipway logs --since 2h --level error   what went wrong lately
    """  # noqa: D301 - \b is click's
    begin = None if since is None else moment(since, time.time())
    client = session.client()
    target = find_target(session, client, service=service, environment=environment)
    kept = any(item is not None for item in (search, since, level))
    wanted: dict[str, Any] = {"search": search, "since": begin, "level": level} if kept else {}
    lines = client.stream(
        "GET",
        f"{target.path}/{'logbook' if kept else 'logs'}",
        name=target.service,
        release=release,
        tail=tail,
        follow=follow,
        **wanted,
    )
    console = session.console
    columns = max(map(width, target.instances), default=0)
    write = _writer(console.paint, columns=columns, timestamps=timestamps)
    show = console.emit if console.json else write
    for line in lines:
        show(line)


def moment(text: str, now: float) -> float:
    """Return the moment that `30m`, `2d`, `14:00` or `2026-03-02 14:00` means, in local time."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*(s|m|h|d)(?: ago)?", text.strip())
    if match:
        return now - float(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86_400}[match[2]]
    for form in _FORMS:
        try:
            found = time.strptime(text.strip(), form)
        except ValueError:
            continue
        if form == "%H:%M":
            today = time.localtime(now)
            found = time.struct_time((*today[:3], found.tm_hour, found.tm_min, 0, *today[6:8], -1))
        return time.mktime(found)
    raise click.UsageError(f"--since {text}: write 30m, 2h, 3d, 14:00 or 2026-03-02 14:00")


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
