"""users: who may sign in to the dashboard, and what they may do there."""

from __future__ import annotations

import time
from urllib.parse import quote

import click

from shipway.cli.dashboard import tell_link
from shipway.cli.session import Session, asks_nothing, json_option, pass_session, yes_option
from shipway.cli.text import ago, table

ROLE = click.Choice(["viewer", "deployer", "admin"])


@click.group()
def users() -> None:
    """See who may sign in; invite, change and remove people."""


@users.command("list")
@json_option
@pass_session
def list_(session: Session) -> None:
    """List everybody."""
    answer = session.client().get("/users")
    console = session.console
    if console.json:
        console.emit(answer)
        return
    now = time.time()
    rows = [
        (
            item["name"],
            item["role"],
            f"seen {ago(item['seen_at'], now)}" if item["seen_at"] else "never seen",
            f"invited by {item['created_by']}",
        )
        for item in answer["users"]
    ]
    console.say(*(table(rows) or ["Nobody can sign in yet: shipway dashboard"]))


@users.command()
@click.argument("name", required=False)
@click.option("--role", type=ROLE, default="viewer", show_default=True, help="What they may do.")
@asks_nothing
@json_option
@pass_session
def invite(session: Session, name: str | None, role: str) -> None:
    """Make a one-time link for somebody new; without NAME they choose one."""
    answer = session.client().post("/users/invite", {"name": name, "role": role})
    tell_link(session, answer)


@users.command()
@click.argument("name")
@asks_nothing
@json_option
@pass_session
def reset(session: Session, name: str) -> None:
    """Make a one-time link with which NAME sets a new password."""
    answer = session.client().post("/users/invite", {"name": name})
    tell_link(session, answer)


@users.command()
@click.argument("name")
@click.argument("role", type=ROLE)
@asks_nothing
@json_option
@pass_session
def role(session: Session, name: str, role: str) -> None:
    """Give NAME another role; they have to sign in again."""
    answer = session.client().post(f"/users/{quote(name, safe='')}/role", {"role": role})
    console = session.console
    if console.json:
        console.emit(answer)
    else:
        console.say(f"{answer['name']} is a {answer['role']} now.")


@users.command()
@click.argument("name")
@yes_option
@json_option
@pass_session
def remove(session: Session, name: str, *, yes: bool) -> int:
    """Remove NAME; their browsers are signed out at once."""
    console = session.console
    if not console.confirm(f"Remove {name}?", yes=yes):
        console.say("Nothing was changed.")
        return 1
    answer = session.client().post(f"/users/{quote(name, safe='')}/remove")
    if console.json:
        console.emit(answer)
    else:
        console.say(f"{name} is removed.")
    return 0
