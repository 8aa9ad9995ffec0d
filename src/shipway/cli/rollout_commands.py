"""deploy, promote, rollback: a plan, a question, a rollout that is watched."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import click

from shipway.cli import names
from shipway.cli.outcome import watch_rollout
from shipway.cli.plan_view import plan_lines
from shipway.cli.session import Session, json_option, pass_session, yes_option
from shipway.model.names import parse_release

F = TypeVar("F", bound=Callable[..., Any])


def rollout_options(command: F) -> F:
    """Add what the three have in common."""
    for option in (
        json_option,
        click.option("-v", "--verbose", is_flag=True, help="Show all output of builds and jobs."),
        click.option("--detach", is_flag=True, help="Begin, and do not wait for the end."),
        click.option("--engine", metavar="NAME", help="process or docker."),
        yes_option,
    ):
        command = option(command)
    return command


override_option = click.option(
    "--override",
    metavar="REASON",
    help="Pass a closed gate; the reason is kept in the audit trail.",
)


@click.command()
@click.argument(
    "environment", metavar="[ENV]", default="staging", shell_complete=names.environments
)
@click.option("--ref", default="HEAD", show_default=True, help="The commit, branch or tag.")
@override_option
@rollout_options
@pass_session
def deploy(session: Session, /, environment: str, ref: str, **how: Any) -> int:
    """Build a commit and bring it into ENV (staging where none is named).

    Only what is committed is deployed. Nothing changes for users before the new release has
    proved that it is healthy; where it does not, the earlier one goes on serving.
    """
    return _roll_out(session, {"kind": "deploy", "environment": environment, "ref": ref}, **how)


@click.command()
@click.option("--from", "source", default="staging", show_default=True, metavar="ENV")
@click.option("--to", "environment", default="production", show_default=True, metavar="ENV")
@override_option
@rollout_options
@pass_session
def promote(session: Session, /, source: str, environment: str, **how: Any) -> int:
    """Bring staging's release into production: the very same artifacts, nothing rebuilt."""
    wanted = {"kind": "promote", "environment": environment, "source": source}
    return _roll_out(session, wanted, **how)


@click.command()
@click.argument(
    "environment", metavar="[ENV]", default="production", shell_complete=names.environments
)
@click.option(
    "--to",
    "release",
    metavar="RELEASE",
    shell_complete=names.releases,
    help="Such as r41.  [default: the one before]",
)
@click.option(
    "--with-data", is_flag=True, help="Also bring the databases back to before the migration."
)
@rollout_options
@pass_session
def rollback(
    session: Session, /, environment: str, release: str | None, *, with_data: bool, **how: Any
) -> int:
    """Bring an earlier release back into ENV (production where none is named).

    With its artifacts and its configuration as they were. Migrations stay applied, unless
    the data goes back too: then what was written since is lost to the application.
    """
    wanted: dict[str, Any] = {"kind": "rollback", "environment": environment}
    if with_data:
        wanted["with_data"] = True
    if release is not None:
        wanted["release"] = parse_release(release)
    return _roll_out(session, wanted, **how)


def _roll_out(
    session: Session,
    wanted: dict[str, Any],
    *,
    yes: bool,
    engine: str | None,
    detach: bool,
    verbose: bool,
    override: str | None = None,
) -> int:
    console = session.console
    if override is not None:
        wanted["override"] = override
    wanted = {**wanted, "directory": str(session.directory()), "engine": engine}
    client = session.client()
    known: frozenset[str] = frozenset()
    if not console.json:
        plan = client.post("/plans", wanted)
        known = frozenset(plan["notes"])
        shown = plan_lines(plan, console.paint, now=time.time(), columns=console.columns)
        console.say(*shown, "")
        if not console.confirm("Go ahead?", yes=yes):
            console.say("Nothing was changed.")
            return 1
        wanted |= _as_agreed(wanted, plan)
    rollout = client.post("/rollouts", wanted)
    if not detach:
        return watch_rollout(client, rollout["id"], console, verbose=verbose, known=known)
    if console.json:
        console.emit({"rollout": rollout})
    else:
        console.say(f"Rollout #{rollout['id']} has begun: shipway follow {rollout['id']}")
    return 0


def _as_agreed(wanted: dict[str, Any], plan: dict[str, Any]) -> dict[str, Any]:
    """Return what pins the request to the plan that was agreed to.

    HEAD, or what a rollback goes to, may have moved while the person was reading.
    """
    if wanted["kind"] == "deploy" and wanted["ref"] != plan["commit"]["hash"]:
        return {"ref": plan["commit"]["hash"]}
    if wanted["kind"] == "rollback":
        return {"release": parse_release(plan["release"])}
    return {}
