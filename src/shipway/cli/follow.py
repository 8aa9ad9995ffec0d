"""follow, rollouts, resume, abort: rollouts that run, or ran."""

from __future__ import annotations

import time
from typing import Any

import click

from shipway.api.client import Client
from shipway.cli.console import Paint
from shipway.cli.outcome import told_so_far, watch_rollout
from shipway.cli.session import (
    Session,
    asks_nothing,
    json_option,
    limit_option,
    pass_session,
    yes_option,
)
from shipway.cli.text import ago, seconds, table
from shipway.errors import Problem

VERBOSE = click.option("-v", "--verbose", is_flag=True, help="Show all output of builds and jobs.")


@click.command()
@click.argument("identifier", metavar="[ID]", type=int, required=False)
@VERBOSE
@json_option
@pass_session
def follow(session: Session, identifier: int | None, *, verbose: bool) -> int:
    """Watch a rollout: what it did and does, until its end.  The latest where none is named."""
    client = session.client()
    if identifier is None:
        identifier = _latest(session, client)
    return watch_rollout(client, identifier, session.console, verbose=verbose)


def _latest(session: Session, client: Client) -> int:
    """Return the latest rollout: of the project, where there is one here."""
    inside = session.find_directory() is not None
    project = session.project(client) if inside else None
    found = client.get("/rollouts", limit=100)["rollouts"]
    for rollout in found:
        if project in {None, rollout["project"]}:
            return int(rollout["id"])
    raise Problem(
        "no-rollout",
        f"{project or 'this machine'} has had no rollout yet.",
        hints=["shipway deploy"],
    )


@click.command()
@limit_option(default=20, most=500)
@json_option
@pass_session
def rollouts(session: Session, limit: int) -> None:
    """List the latest rollouts of this machine, newest first."""
    found = session.client().get("/rollouts", limit=limit)
    if session.console.json:
        session.console.emit(found)
        return
    lines = rollout_lines(found["rollouts"], session.console.paint, now=time.time())
    session.console.say(*(lines or ["No rollout yet: shipway deploy begins the first."]))


def rollout_lines(rollouts: list[dict[str, Any]], paint: Paint, *, now: float) -> list[str]:
    """Return the table of rollouts.  Pure."""
    marks = {
        "succeeded": paint.green("✓"),
        "failed": paint.red("✗"),
        "stuck": paint.red("!"),
    }
    rows = table(
        [
            (
                f"#{item['id']}",
                item["kind"],
                f"{item['project']}/{item['environment']}",
                f"{item['previous'] or '–'} → {item['release'] or '?'}",
                item["state"],
                seconds((item["finished_at"] or now) - item["created_at"]),
                ago(item["created_at"], now),
                item["requested_by"],
            )
            for item in rollouts
        ]
    )
    return [
        f"{marks.get(item['state'], paint.cyan('…'))} {row}"
        for item, row in zip(rollouts, rows, strict=True)
    ]


@click.command()
@click.argument("identifier", metavar="ID", type=int)
@VERBOSE
@asks_nothing
@json_option
@pass_session
def resume(session: Session, identifier: int, *, verbose: bool) -> int:
    """Try a stuck rollout again, from where it stands, and watch it."""
    client = session.client()
    told = told_so_far(client, identifier)
    client.post(f"/rollouts/{identifier}/resume")
    return watch_rollout(client, identifier, session.console, verbose=verbose, told=told)


@click.command()
@click.argument("identifier", metavar="ID", type=int)
@VERBOSE
@yes_option
@json_option
@pass_session
def abort(session: Session, identifier: int, *, verbose: bool, yes: bool) -> int:
    """Stop a rollout, undo what it did, and watch that."""
    console = session.console
    client = session.client()
    rollout = client.get(f"/rollouts/{identifier}")
    question = (
        f"Stop {rollout['kind']} #{identifier} of {rollout['project']}/{rollout['environment']} "
        "and undo what it did?"
    )
    if not console.confirm(question, yes=yes):
        console.say("It goes on.")
        return 1
    told = told_so_far(client, identifier)
    client.post(f"/rollouts/{identifier}/abort")
    watch_rollout(client, identifier, console, verbose=verbose, told=told)
    ended = client.get(f"/rollouts/{identifier}")
    return 0 if ended["state"] == "failed" else 1
