"""backup restore --of: files, Redis and buckets back, beside or into place."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from shipway.cli.outcome import watch_rollout
from shipway.cli.problems import FAILED
from shipway.cli.session import Session
from shipway.cli.target import Target
from shipway.cli.text import seconds, size
from shipway.errors import Problem


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
        return FAILED
    if plan["into_place"]:
        wanted = restore_request(session, target.environment) | {"of": [plan["backup"]]}
        rollout = client.post("/rollouts", wanted)
        return watch_rollout(client, rollout["id"], console, verbose=False)
    done = client.post_long(f"{base}/restore", {"backup": plan["backup"], "target": place})
    if console.json:
        console.emit(done)
        return 0
    console.say(
        f"{console.paint.green('●')} {done['subject']} is back in {done['target']},"
        f" after {seconds(done['took_s'])}"
    )
    return 0


def restore_request(session: Session, environment: str) -> dict[str, Any]:
    """Return the rollout that is asked for; what is restored is added to it."""
    return {
        "kind": "restore",
        "directory": str(session.directory()),
        "environment": environment,
    }


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
    took = plan["last_took_s"]
    lines.append(
        f"  takes     {seconds(took)} the last time" if took else "  takes     not measured yet"
    )
    if plan["into_place"] and plan["kind"] == "bucket":
        lines.append("  note      what it holds now is saved first; newer objects stay")
    elif plan["into_place"]:
        lines.append("  note      what is there now stays beside it: shipway backup generations")
    return lines
