"""backup restore --of: files, Redis and buckets back, beside or into place."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from shipway.cli import names
from shipway.cli.session import Session, json_option, pass_session, yes_option
from shipway.cli.target import Target, find_target
from shipway.cli.text import seconds, size
from shipway.errors import Problem


@click.command()
@click.argument("environment", metavar="[ENV]", required=False, shell_complete=names.environments)
@click.option("--of", metavar="SOURCE|ID", required=True, help="As `shipway backup list` shows it.")
@click.option("--to", metavar="DIR", type=click.Path(path_type=Path), help="A new directory.")
@yes_option
@json_option
@pass_session
def restore(
    session: Session, environment: str | None, *, of: str, to: Path | None, yes: bool
) -> int:
    """Bring files, a Redis snapshot or a bucket back: into DIR, or into place.

    Into place, what uses it stops for a moment; what was there stays beside.
    """
    client = session.client()
    target = find_target(session, client, service=None, environment=environment)
    return restore_of(session, target, of=of, to=to, yes=yes)


def restore_of(session: Session, target: Target, *, of: str, to: Path | None, yes: bool) -> int:
    """Show what will be done, ask, do it; return the exit code."""
    console, client = session.console, session.client()
    place = str(to.absolute()) if to else None
    if to is not None and to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise Problem(
            "target-not-empty",
            f"{to} is there already; a restore never writes over what is there.",
            hints=["name a directory that does not exist yet"],
        )
    base = f"{target.path}/backups"
    plan = client.get(f"{base}/restore-plan", backup=of, target=place)
    console.say(*plan_lines(plan, target.environment))
    question = "Put it into place?" if plan["into_place"] else "Write it there?"
    if not console.confirm(question, yes=yes):
        console.say("Nothing was changed.")
        return 1
    done = client.post_long(f"{base}/restore", {"backup": plan["backup"], "target": place})
    if console.json:
        console.emit(done)
        return 0
    console.say(
        f"{console.paint.green('●')} {done['subject']} is back in {done['target']},"
        f" after {seconds(done['took_s'])}"
    )
    if done["kept"]:
        console.say(f"  What was there before: {done['kept']} (remove it when it is not needed).")
    return 0


def plan_lines(plan: dict[str, Any], environment: str) -> list[str]:
    """Return what a restore will do, for a person.  Pure but for the time zone."""
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(plan["at"]))
    lines = [
        f"{plan['subject']} of {environment}, as it was at {at}: {size(plan['bytes'])}",
        f"  goes to   {plan['target']}",
    ]
    if plan["into_place"]:
        lines.append(f"  is lost   what changed in the last {seconds(plan['lost_s'])}")
        if plan["stops"]:
            lines.append(f"  stops     {', '.join(plan['stops'])}, for the moment of the change")
    return lines
