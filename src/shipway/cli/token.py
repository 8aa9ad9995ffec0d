"""token: API tokens, for CI and for command lines elsewhere."""

from __future__ import annotations

import time

import click

from shipway.cli.session import Session, asks_nothing, json_option, pass_session, yes_option
from shipway.cli.text import ago, table
from shipway.cli.which import environment_option, must_exist
from shipway.model.words import plural


@click.group()
def token() -> None:
    """Make, list and revoke API tokens.

    A program elsewhere uses one with SHIPWAY_URL and SHIPWAY_TOKEN in its environment.
    """


@token.command()
@click.argument("name")
@environment_option(help="Reaches this environment only; without, all of the project.")
@click.option(
    "--role",
    type=click.Choice(["viewer", "deployer", "admin"]),
    default="deployer",
    show_default=True,
    help="What it may do.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    default=90,
    show_default=True,
    metavar="COUNT",
    help="When it ends by itself.",
)
@asks_nothing
@json_option
@pass_session
def create(session: Session, name: str, environment: str | None, role: str, days: int) -> None:
    """Make a token for this project, and show it this once."""
    client = session.client()
    project = session.project(client)
    if environment is not None:
        must_exist(session, client, project, environment)
    answer = client.post(
        "/tokens",
        {
            "name": name,
            "project": project,
            "environment": environment,
            "role": role,
            "days": days,
        },
    )
    console = session.console
    if console.json:
        console.emit(answer)
        return
    reach = f"{answer['project']}/{answer['environment'] or 'every environment'}"
    console.say(
        f"Token {answer['name']} ({answer['role']}) for {reach}, until it ends in "
        f"{plural(days, 'day')}. It is shown this once:",
        "",
        f"  {console.paint.bold(answer['secret'])}",
        "",
        "SHIPWAY_URL=… SHIPWAY_TOKEN=… shipway status   uses it from elsewhere",
    )


@token.command("list")
@click.option("-a", "--all", "everything", is_flag=True, help="All projects of this machine.")
@json_option
@pass_session
def list_(session: Session, *, everything: bool) -> None:
    """List the tokens of this project, never their secrets."""
    client = session.client()
    project = None if everything else session.project(client)
    answer = client.get("/tokens", project=project)
    console = session.console
    if console.json:
        console.emit(answer)
        return
    now = time.time()
    rows = [
        (
            str(item["id"]),
            item["name"],
            f"{item['project']}/{item['environment'] or '*'}",
            item["role"],
            f"ends in {plural(int((item['expires_at'] - now) // 86400) + 1, 'day')}"
            if item["state"] == "valid"
            else item["state"],
            f"used {ago(item['used_at'], now)}" if item["used_at"] else "never used",
        )
        for item in answer["tokens"]
    ]
    console.say(*(table(rows) or ["No token yet: shipway token create NAME"]))


@token.command()
@click.argument("number", type=click.IntRange(1))
@yes_option
@json_option
@pass_session
def revoke(session: Session, number: int, *, yes: bool) -> int:
    """End token NUMBER; whoever uses it is refused from now on."""
    console = session.console
    if not console.confirm(f"Revoke token {number}?", yes=yes):
        console.say("Nothing was changed.")
        return 1
    answer = session.client().post(f"/tokens/{number}/revoke")
    if console.json:
        console.emit(answer)
    else:
        console.say(f"Token {answer['name']} of {answer['project']} is revoked.")
    return 0
