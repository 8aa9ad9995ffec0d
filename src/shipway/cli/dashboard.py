"""dashboard: where it listens, and a one-time link that lets somebody in."""

from __future__ import annotations

from typing import Any

import click

from shipway.cli.session import Session, asks_nothing, json_option, pass_session


@click.group(invoke_without_command=True)
@click.option("--address", help="HOST:PORT to listen at; 127.0.0.1:7420 without.")
@click.option("--public", help="The address that people type, with a proxy in front: https://NAME.")
@click.option("--close", is_flag=True, help="Listen nowhere any more.")
@asks_nothing
@json_option
@click.pass_context
def dashboard(ctx: click.Context, *, address: str | None, public: str | None, close: bool) -> None:
    """Open the dashboard and say where it is; for the first visitor, with a one-time link.

    It listens on this machine alone unless --address says otherwise.  From elsewhere:
    ssh -L 7420:127.0.0.1:7420 SERVER
    """
    if ctx.invoked_subcommand is not None:
        return
    session = ctx.ensure_object(Session)
    client = session.client()
    wanted = {"address": address, "public": public, "close": close}
    answer = client.post("/dashboard", wanted)
    link = None
    if not close and not answer["users"]:
        link = client.post("/users/invite", {"role": "admin"})
    console = session.console
    if console.json:
        console.emit({**answer, "link": link["url"] if link else None})
        return
    if close:
        console.say("The dashboard is closed. Who was signed in stays so when it opens again.")
        return
    paint = console.paint
    console.say(f"{paint.green('●')} the dashboard is at {paint.cyan(answer['url'])}")
    if link:
        console.say(
            "",
            "Nobody can sign in yet. This link makes you the administrator, once, today:",
            f"  {paint.cyan(link['url'])}",
        )
    else:
        console.say("  for somebody new: shipway users invite")
    for line in _warnings(answer):
        console.say("", f"{paint.yellow('!')} {line}")


def _warnings(answer: dict[str, Any]) -> list[str]:
    host = str(answer["address"]).rpartition(":")[0].strip("[]")
    if host in {"127.0.0.1", "::1", "localhost"} or str(answer["public"]).startswith("https://"):
        return []
    return [
        (
            f"it listens at {answer['address']} without TLS: passwords cross the network as they "
            "are typed. Put a proxy with a certificate in front: "
            "shipway dashboard --address 127.0.0.1:7420 --public https://NAME"
        )
    ]


@dashboard.command()
@click.argument("name", required=False)
@asks_nothing
@json_option
@pass_session
def link(session: Session, name: str | None) -> None:
    """Make a one-time link: to become an administrator, or a new password for NAME."""
    client = session.client()
    client.post("/dashboard", {})
    answer = client.post("/users/invite", {"role": "admin", "name": name})
    tell_link(session, answer)


def tell_link(session: Session, answer: dict[str, Any]) -> None:
    """Show a one-time link."""
    console = session.console
    if console.json:
        console.emit(answer)
        return
    whom = answer["name"] or "whoever opens it"
    console.say(
        f"A link for {whom} ({answer['role']}), which works once and until tomorrow:",
        f"  {console.paint.cyan(answer['url'] or answer['path'])}",
    )
    if not answer["url"]:
        console.say("The dashboard is closed: shipway dashboard opens it.")
