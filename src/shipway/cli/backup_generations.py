"""backup generations: the data that restores have replaced, and removing it."""

from __future__ import annotations

import time
from typing import Any

import click

from shipway.cli.problems import FAILED
from shipway.cli.session import Session, json_option, pass_session, yes_if_asked
from shipway.cli.target import find_target
from shipway.cli.text import ago, seconds, size, table
from shipway.cli.which import environment_argument
from shipway.model.words import plural

View = dict[str, Any]
ALL = "all"


@click.command()
@environment_argument()
@click.option("--remove", metavar="NAME", multiple=True, help="Remove it; `all`: all but the live.")
@yes_if_asked
@json_option
@pass_session
def generations(
    session: Session, environment: str | None, *, remove: tuple[str, ...], yes: bool
) -> int:
    """List the data that restores have replaced: it stays on the server for a while.

    After `backup.keep_replaced` (7 days) it goes by itself. What is live is never removed.
    """
    client, console = session.client(), session.console
    target = find_target(session, client, service=None, environment=environment)
    path = f"{target.path}/backups/generations"
    answer = client.get(path)
    found = answer["generations"]
    if not remove:
        if console.json:
            console.emit(answer)
        else:
            console.say(*lines_of(answer, target.environment, now=time.time()))
        return 0
    earlier = [item for item in found if not item["live"]]
    wanted = [item["name"] for item in earlier] if remove == (ALL,) else list(remove)
    if not wanted:
        console.say(f"{target.environment} keeps no earlier data: there is nothing to remove.")
        return 0
    if not console.json:
        console.say(*_plan(found, wanted, now=time.time()))
    if not console.confirm("Remove it for good?", yes=yes):
        console.say("Nothing was removed.")
        return FAILED
    done = client.post(f"{path}/remove", {"names": wanted})
    if console.json:
        console.emit(done)
    else:
        console.say(f"{console.paint.green('●')} removed: {', '.join(done['removed'])}")
    return 0


def lines_of(answer: View, environment: str, *, now: float) -> list[str]:
    """Return the generations for a person.  Pure but for the time zone."""
    found = answer["generations"]
    if not found:
        kept = seconds(answer["keep_s"])
        return [
            f"{environment} keeps no earlier data. A restore leaves what it replaces, for {kept}."
        ]
    rows = [
        (
            item["subject"],
            item["name"],
            _bytes(item),
            "live" if item["live"] else _replaced(item, now),
            _goes(item),
        )
        for item in found
    ]
    earlier = [item["name"] for item in found if not item["live"]]
    return [
        *table(rows),
        "",
        f"Remove one: shipway backup generations {environment} --remove {earlier[0]}",
    ]


def _plan(found: list[View], wanted: list[str], *, now: float) -> list[str]:
    known = {item["name"]: item for item in found}
    rows = [
        (f"  {name}", _bytes(known[name]), _replaced(known[name], now), known[name]["where"])
        for name in wanted
        if name in known
    ]
    return [f"{plural(len(wanted), 'generation')} of earlier data:", *table(rows)]


def _bytes(item: View) -> str:
    return "size not counted" if item["bytes"] is None else size(item["bytes"])


def _replaced(item: View, now: float) -> str:
    moment = item["replaced_at"]
    return "replaced, nobody knows when" if moment is None else f"replaced {ago(moment, now)}"


def _goes(item: View) -> str:
    moment = item["goes_at"]
    if moment is None:
        return "" if item["live"] else "stays until you remove it"
    return f"goes by itself {time.strftime('%Y-%m-%d %H:%M', time.localtime(moment))}"
