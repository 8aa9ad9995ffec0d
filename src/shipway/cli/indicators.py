"""indicators: what is measured in an environment and of the machine, and the rules over it."""

from __future__ import annotations

from typing import Any

import click

from shipway.cli.console import Paint
from shipway.cli.session import Session, json_option, pass_session
from shipway.cli.target import find_target
from shipway.cli.text import harmless, table
from shipway.cli.which import environment_argument
from shipway.observe.figures import day_after, duration, figure

View = dict[str, Any]


@click.command()
@environment_argument()
@click.option("--machine", is_flag=True, help="Only the machine itself.")
@json_option
@pass_session
def indicators(session: Session, environment: str | None, *, machine: bool) -> None:
    """Show what is measured, with threshold and severity; the server itself comes last.

    ENV is production if something is live there, else staging.
    """
    client = session.client()
    console = session.console
    own: View = {"indicators": []}
    where = ""
    if not machine:
        target = find_target(session, client, service=None, environment=environment)
        where = f"{target.project}/{target.environment}"
        own = client.get(f"{target.path}/indicators")
    host = client.get("/machine/indicators")
    if console.json:
        console.emit({"environment": own, "machine": host})
        return
    if where:
        console.say(console.paint.bold(where))
        console.say(*(indicator_lines(own["indicators"], console.paint) or [NOTHING]))
        console.say("")
    console.say(console.paint.bold("this server"))
    console.say(*(indicator_lines(host["indicators"], console.paint) or [NOTHING]))


NOTHING = "  Nothing was measured yet: the first look comes within 10 seconds."


def indicator_lines(found: list[View], paint: Paint) -> list[str]:
    """Return a line an indicator: how it is, its figure, its limit.  Pure."""
    judged = [item for item in found if item["rule"]]
    plain = [item for item in found if not item["rule"]]
    rows = table(
        [
            (
                item["indicator"],
                harmless(item["subject"]),
                _value(item),
                _limit(item["rule"]) if item["rule"] else "",
                _beside(item),
            )
            for item in [*judged, *plain]
        ]
    )
    return [
        f"{_mark(item, paint)} {row}" for item, row in zip([*judged, *plain], rows, strict=True)
    ]


def _mark(item: View, paint: Paint) -> str:
    if item["state"] == "missing":
        return paint.red("?")
    if item["state"] != "measured":
        return paint.dim("–")
    if item["good"] is None:
        return " "
    return paint.green("●") if item["good"] else paint.red("✗")


def _value(item: View) -> str:
    if item["state"] != "measured":
        return str(item["state"])
    return figure(item["value"], item["unit"])


def _beside(item: View) -> str:
    """Return why there is no value; of a disk that fills: the day on which it is full."""
    if item["state"] != "measured":
        return harmless(item["reason"])
    if item["indicator"].endswith("disk-full"):
        return f"full on {day_after(item['value'], item['measured_at'])} at this rate"
    return ""


def _limit(rule: View) -> str:
    sign = ">" if rule["compare"] == "above" else "<"
    lasting = f" for {duration(rule['for_s'])}" if rule["for_s"] else ""
    return f"{rule['level']} {sign} {figure(rule['threshold'], rule['unit'])}{lasting}"
