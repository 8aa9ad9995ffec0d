"""certificates: which there are, how long they last, and renewing them now."""

from __future__ import annotations

from typing import Any

import click

from shipway.cli.asking import GOES_ON, stoppable
from shipway.cli.session import Session, asks_nothing, json_option, pass_session


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def certificates(ctx: click.Context) -> None:
    """Show the certificates of all names that are served by HTTPS, and how long they last."""
    if ctx.invoked_subcommand is not None:
        return
    session = ctx.ensure_object(Session)
    answer = session.client().get("/certificates")
    if session.console.json:
        session.console.emit(answer)
        return
    session.console.say(*certificate_lines(answer["certificates"]))


@certificates.command()
@click.argument("names", metavar="[NAME…]", nargs=-1)
@asks_nothing
@json_option
@pass_session
def renew(session: Session, names: tuple[str, ...]) -> int:
    """Order certificates now, and try those again that failed.  Takes seconds each."""
    from shipway.errors import Problem

    client = session.client()
    with stoppable(f"{GOES_ON} shipway certificates"):
        answer = client.post_long("/certificates/renew", {"ids": list(names)})
    found = answer["certificates"]
    failed = [one for one in found if one["problem"]]
    if session.console.json:
        session.console.emit(answer)
        return 1 if failed else 0
    if not found:
        session.console.say("No environment is served by HTTPS; nothing was renewed.")
    for one in found:
        if one["problem"]:
            session.console.say(f"✗ {one['id']}: {Problem.from_dict(one['problem'])}")
        else:
            session.console.say(f"✓ {one['id']}: new, and served from now on.")
    return 1 if failed else 0


def certificate_lines(views: list[dict[str, Any]]) -> list[str]:
    """Return what a person reads.  Pure."""
    if not views:
        return [
            "No environment is served by HTTPS yet.",
            "  write `tls: auto` and `host:` below an environment in shipway.yaml, then deploy",
        ]
    width = max(len(_names(one)) for one in views)
    lines = []
    for one in views:
        lines.append(f"{_mark(one)} {_names(one):<{width}}  {_state(one)}  {one['environment']}")
        if one["problem"]:
            tries = (
                f"{one['failures']} failed attempts" if one["failures"] > 1 else "an attempt failed"
            )
            lines.append(f"    {tries}: {one['problem']['message']}")
            lines += [f"    | {text}" for text in one["problem"].get("details", [])]
        lines += [f"    {text}" for text in one["dns"]]
    return lines


def _names(one: dict[str, Any]) -> str:
    return ", ".join(one["names"])


def _mark(one: dict[str, Any]) -> str:
    if one["days_left"] is None or one["days_left"] <= 0:
        return "✗"
    return "!" if one["problem"] or one["days_left"] < 7 else "✓"


def _state(one: dict[str, Any]) -> str:
    if one["days_left"] is None:
        return "none yet: a self-signed one is shown"
    days = one["days_left"]
    left = "ended" if days <= 0 else f"{days:g} days left"
    by = "your own" if one["origin"] == "own" else f"by {one['issuer']}"
    return f"{left}, {by}"
