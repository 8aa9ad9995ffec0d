"""preview create, list, destroy: environments for branches."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import Any

import click

from shipway.cli.asking import GOES_ON, stoppable
from shipway.cli.outcome import watch_rollout
from shipway.cli.session import Session, json_option, pass_session, yes_option
from shipway.cli.text import seconds, table
from shipway.errors import Problem

UNITS = {"h": 3600.0, "d": 86_400.0}


@click.group(short_help="Environments for branches.")
def preview() -> None:
    """Environments for branches, with data of their own and an end."""


def _age(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> float | None:
    if value is None:
        return None
    match = re.fullmatch(r"([1-9][0-9]{0,3})([dh])", value)
    if match is None:
        raise click.BadParameter("write days or hours, such as 3d or 12h")
    return int(match[1]) * UNITS[match[2]]


@preview.command(short_help="Make or renew one for a branch.")
@click.argument("branch", required=False)
@click.option(
    "--data", type=click.Choice(["fresh", "masked"]), help="Empty databases, or a masked copy."
)
@click.option("--expires-after", callback=_age, metavar="3d", help="When it is destroyed.")
@click.option("--engine", type=click.Choice(["docker", "process"]), help="What runs it.")
@click.option("-v", "--verbose", is_flag=True, help="Show all output.")
@yes_option
@json_option
@pass_session
def create(
    session: Session,
    branch: str | None,
    data: str | None,
    expires_after: float | None,
    engine: str | None,
    *,
    verbose: bool,
    yes: bool,
) -> int:
    """Bring BRANCH's newest commit to an environment of its own; the current branch by default.

    For a branch that has one: its newest commit, and a new end; its data stays.
    """
    console = session.console
    client = session.client()
    directory = session.directory()
    body = {
        "directory": str(directory),
        "branch": branch or _current_branch(session),
        "data": data,
        "expires_after_s": expires_after,
        "engine": engine,
    }
    plan = client.post("/preview-plans", body)
    if not console.json:
        console.say(*_plan_lines(plan))
    if not console.confirm("Do that?", yes=yes):
        console.say("Nothing was changed.")
        return 1
    answer = client.post("/previews", body)
    if console.json:
        console.emit({"preview": answer["preview"]})
    return watch_rollout(client, answer["rollout"]["id"], console, verbose=verbose)


@preview.command("list", short_help="Those that there are.")
@json_option
@pass_session
def list_(session: Session) -> None:
    """Show this project's previews."""
    console = session.console
    client = session.client()
    found = client.get(f"/projects/{session.project(client)}/previews")["previews"]
    if console.json:
        console.emit({"previews": found})
        return
    if not found:
        console.say("There is no preview. For the current branch: shipway preview create")
        return
    now = time.time()
    rows = [
        (
            item["branch"],
            item["url"],
            (item["live"] or "nothing live") + (", asleep" if item["asleep"] else ""),
            f"{item['data']} data",
            f"ends in {seconds(item['expires_at'] - now)}",
        )
        for item in found
    ]
    console.say(*table(rows))


@preview.command(short_help="Destroy one completely.")
@click.argument("branch")
@yes_option
@json_option
@pass_session
def destroy(session: Session, branch: str, *, yes: bool) -> int:
    """Destroy BRANCH's preview: all that runs, its routes, its data."""
    console = session.console
    client = session.client()
    project = session.project(client)
    found = client.get(f"/projects/{project}/previews")["previews"]
    item = next((one for one in found if branch in {one["branch"], one["environment"]}), None)
    if item is None:
        known = ", ".join(one["branch"] for one in found) or "none"
        raise Problem(
            "no-preview",
            f"{branch} has no preview (there are: {known}). Nothing was changed.",
            hints=["shipway preview list"],
        )
    question = f"Destroy {item['environment']} with its data?"
    if not console.confirm(question, yes=yes):
        console.say("Nothing was changed.")
        return 1
    with stoppable(f"{GOES_ON} shipway preview list shows what is left."):
        answer = client.post_long(f"/projects/{project}/previews/{item['environment']}/destroy")
    if console.json:
        console.emit(answer)
    else:
        volumes = ", ".join(answer["volumes"]) or "it had no data"
        console.say(f"Nothing is left of {item['environment']} ({volumes}).")
    return 0


def _current_branch(session: Session) -> str:
    from shipway import git

    name = git.current_branch(session.directory())
    if name is None:
        raise Problem(
            "no-branch",
            "no branch is checked out here, so there is none to make a preview for.",
            hints=["shipway preview create BRANCH"],
        )
    return name


def _plan_lines(plan: dict[str, Any]) -> list[str]:
    end = datetime.fromtimestamp(plan["expires_at"], UTC).astimezone().strftime("%Y-%m-%d %H:%M")
    copy = f"a masked copy of {plan['from']}'s" if plan["data"] == "masked" else "fresh"
    if plan["known"]:
        return [f"{plan['environment']} gets {plan['branch']}'s newest commit, and ends on {end}."]
    return [
        f"{plan['environment']} for the branch {plan['branch']}:",
        f"  reached at   {plan['url']}",
        f"  settings     {plan['from']}'s, with its secrets",
        f"  data         {copy}",
        f"  destroyed    on {end}",
    ]
