"""rollback --rehearse: back and forward again, both as real rollouts, both timed.

The rate of success counts every rollback of the project, rehearsed or in earnest: a rehearsal is
one like any other, and stands in the same table.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from shipway.api.client import Client
from shipway.cli.outcome import watch_rollout
from shipway.cli.session import Session
from shipway.cli.text import seconds
from shipway.cli.which import must_exist
from shipway.errors import Problem
from shipway.model.names import parse_release

COUNTED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Rollbacks that have ended, and those of them that succeeded."""

    ended: int
    succeeded: int

    @property
    def shown(self) -> str:
        """Return `12 of 12 rollbacks succeeded (100 %)`."""
        share = 100 * self.succeeded / self.ended if self.ended else 0.0
        return f"{self.succeeded} of {self.ended} rollbacks succeeded ({share:.0f} %)"


def rehearse(
    session: Session, environment: str, *, yes: bool, engine: str | None, verbose: bool
) -> int:
    """Roll an environment back and forward again; return the exit code.

    Raises Problem `rehearsal-in-production`, `nothing-live`, and what a rollback is refused with.
    """
    if environment == "production":
        raise Problem(
            "rehearsal-in-production",
            "a rehearsal brings an older release before users; production is not the place. "
            "Nothing was changed.",
            hints=["shipway rollback staging --rehearse"],
        )
    console = session.console
    session.directory()
    client = session.client()
    must_exist(session, client, session.project(client), environment)
    wanted: dict[str, Any] = {
        "kind": "rollback",
        "environment": environment,
        "directory": session.directory_there(client),
        "engine": engine,
    }
    plan = client.post("/plans", wanted)
    here, back = plan["live"], plan["release"]
    if not console.json:
        console.say(f"Rehearsal in {environment}: {here} → {back} → {here}, as real rollouts.", "")
    if not console.confirm("Go ahead?", yes=yes):
        console.say("Nothing was changed.")
        return 1
    took = []
    for release in (back, here):
        began = time.monotonic()
        rollout = client.post("/rollouts", {**wanted, "release": parse_release(release)})
        code = watch_rollout(client, rollout["id"], console, verbose=verbose)
        if code != 0:
            if not console.json:
                console.say(
                    "", f"The rehearsal failed: {rate(client, session.project(client)).shown}."
                )
            return code
        took.append(time.monotonic() - began)
    found = rate(client, session.project(client))
    if console.json:
        console.emit(
            {
                "rehearsal": {
                    "environment": environment,
                    "back_s": round(took[0], 3),
                    "forward_s": round(took[1], 3),
                    "rollbacks": found.ended,
                    "succeeded": found.succeeded,
                }
            }
        )
        return 0
    console.say(
        "",
        f"Rehearsed: back to {back} in {seconds(took[0])}, forward to {here} in {seconds(took[1])}.",
        f"{found.shown} so far, rehearsed and in earnest.",
    )
    return 0


def rate(client: Client, project: str) -> Rate:
    """Return the rate over the latest rollbacks of all environments of a project."""
    ended = [
        item["state"] == "succeeded"
        for view in client.get("/status", project=project)["environments"]
        for item in client.get(
            "/rollouts", project=project, environment=view["environment"], limit=COUNTED
        )["rollouts"]
        if item["kind"] == "rollback" and item["state"] in {"succeeded", "failed", "stuck"}
    ]
    return Rate(ended=len(ended), succeeded=sum(ended))
