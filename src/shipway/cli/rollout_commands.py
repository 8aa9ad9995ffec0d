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
from shipway.cli.which import environment_argument, must_exist
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
@environment_argument(default="staging")
@click.option("--ref", default="HEAD", show_default=True, help="The commit, branch or tag.")
@click.option("--fetch", is_flag=True, help="Ask the remote first; HEAD is then its branch.")
@override_option
@rollout_options
@pass_session
def deploy(session: Session, /, environment: str, ref: str, *, fetch: bool, **how: Any) -> int:
    """Build a commit and bring it into ENV (staging where none is named).

    Only what is committed is deployed. Nothing changes for users before the new release has
    proved that it is healthy; where it does not, the earlier one goes on serving.

    \b
    shipway deploy                          the last commit, to staging
    shipway deploy --fetch --ref v1.4       what the remote calls v1.4
    """  # noqa: D301 - \b is click's
    wanted = {"kind": "deploy", "environment": environment, "ref": ref}
    return _roll_out(session, {**wanted, **({"fetch": True} if fetch else {})}, **how)


@click.command()
@click.option(
    "--from",
    "source",
    default="staging",
    show_default=True,
    metavar="ENV",
    shell_complete=names.environments,
    help="Whose live release is brought.",
)
@click.option(
    "--to",
    "environment",
    default="production",
    show_default=True,
    metavar="ENV",
    shell_complete=names.environments,
    help="Where it is brought.",
)
@click.option("--commit", metavar="HASH", help="Refuse where staging has another commit.")
@override_option
@rollout_options
@pass_session
def promote(
    session: Session, /, source: str, environment: str, commit: str | None, **how: Any
) -> int:
    """Bring staging's release into production: the very same artifacts, nothing rebuilt."""
    wanted = {"kind": "promote", "environment": environment, "source": source}
    if commit is not None:
        wanted["commit"] = commit.lower()
    return _roll_out(session, wanted, **how)


@click.command()
@environment_argument(default="production")
@click.option(
    "--to",
    "release",
    metavar="RELEASE",
    shell_complete=names.releases,
    help="Such as r41.  [default: the one before]",
)
@click.option(
    "--with-data", is_flag=True, help="Also bring the databases back to before that rollout."
)
@click.option("--rehearse", is_flag=True, help="Back and forward again, timed; not in production.")
@rollout_options
@pass_session
def rollback(
    session: Session,
    /,
    environment: str,
    release: str | None,
    *,
    with_data: bool,
    rehearse: bool,
    **how: Any,
) -> int:
    """Bring an earlier release back into ENV (production where none is named).

    With its artifacts and its configuration as they were. Migrations stay applied, unless
    the data goes back too: then what was written since is lost to the application.

    \b
    shipway rollback                        production, to the release before
    shipway rollback staging --to r41       staging, to that one
    """  # noqa: D301 - \b is click's
    if rehearse:
        if release is not None or with_data or how["detach"]:
            raise click.UsageError("--rehearse goes with an environment alone.")
        from shipway.cli.rehearsal import rehearse as go

        return go(
            session, environment, yes=how["yes"], engine=how["engine"], verbose=how["verbose"]
        )
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
    session.directory()  # what is wrong with it is said before a daemon is started
    client = session.client()
    if wanted["kind"] != "deploy":  # that one may be the first in its environment
        meant = {wanted["environment"], wanted.get("source", wanted["environment"])}
        must_exist(session, client, session.project(client), *sorted(meant))
    wanted = {**wanted, "directory": session.directory_there(client), "engine": engine}
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
