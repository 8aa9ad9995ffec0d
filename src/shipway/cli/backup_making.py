"""backup create, backup verify: a run now, watched to its end."""

from __future__ import annotations

import sys
import time
from typing import Any

import click

from shipway.api.client import Client
from shipway.cli.console import Console
from shipway.cli.problems import FAILED, INTERRUPTED, problem_lines
from shipway.cli.session import Session, asks_nothing, json_option, pass_session
from shipway.cli.target import find_target
from shipway.cli.text import harmless, seconds, size
from shipway.cli.which import environment_argument
from shipway.errors import Problem
from shipway.model.words import plural

LOOK_S = 1.0


@click.command()
@environment_argument()
@click.option("--only", multiple=True, metavar="SOURCE", help="A name, or a kind such as redis.")
@asks_nothing
@json_option
@pass_session
def create(session: Session, environment: str | None, *, only: tuple[str, ...]) -> int:
    """Save everything that ENV has, now.  It goes on when this terminal is closed.

    ENV is production if something is live there, else staging.
    """
    client = session.client()
    target = find_target(session, client, service=None, environment=environment)
    return _run(client, target.path, {"kind": "full", "only": list(only)}, session.console)


@click.command()
@environment_argument()
@asks_nothing
@json_option
@pass_session
def verify(session: Session, environment: str | None) -> int:
    """Read back a sample of what the repository holds, and check how it hangs together."""
    client = session.client()
    target = find_target(session, client, service=None, environment=environment)
    return _run(client, target.path, {"kind": "verify"}, session.console)


def _run(client: Client, path: str, wanted: dict[str, Any], console: Console) -> int:
    """Begin a run, after the one that is going on, and show it until it ends.

    Who asks for a backup wants what is there now: one that began earlier does not do.
    """
    told: set[int] = set()
    try:
        while True:
            try:
                run = client.post(f"{path}/backups", wanted)
                break
            except Problem as problem:
                if problem.kind != "backup-runs":
                    raise
            for before in client.get(f"{path}/backups/list", limit=1)["runs"]:
                if before["state"] == "running":
                    if before["id"] not in told and not console.json:
                        console.note(f"backup run #{before['id']} goes on; this one comes after it")
                    told.add(before["id"])
                    client.get(f"/backup-runs/{before['id']}", wait_s=LOOK_S)
    except KeyboardInterrupt:
        print("\nNothing was begun: another backup is still going on.", file=sys.stderr)
        return INTERRUPTED
    return watch(client, run, console)


def watch(client: Client, run: dict[str, Any], console: Console) -> int:
    """Show a run until it ends; Ctrl-C ends the watching only."""
    told = 0
    try:
        while run["state"] == "running":
            run = client.get(f"/backup-runs/{run['id']}", after=told, wait_s=LOOK_S)
            if not console.json:
                for line in run["told"]:
                    console.note(harmless(line))
            told += len(run["told"])
    except KeyboardInterrupt:
        print(
            f"\nBackup run #{run['id']} goes on in the daemon.\n"
            "  shipway backup list    shows how it ended",
            file=sys.stderr,
        )
        return INTERRUPTED
    if console.json:
        console.emit({key: value for key, value in run.items() if key != "told"})
    else:
        console.say(*_last_words(run, console))
    return 0 if run["state"] == "succeeded" else FAILED


def _last_words(run: dict[str, Any], console: Console) -> list[str]:
    paint = console.paint
    took = seconds((run["ended_at"] or time.time()) - run["began_at"])
    good = [part for part in run["parts"] if part["backup"]]
    if run["state"] == "succeeded":
        if run["kind"] == "verify":
            return [f"{paint.green('●')} what was read back is whole, after {took}"]
        held = size(sum(part["bytes"] for part in good))
        added = size(sum(part["added_bytes"] or 0 for part in good))
        return [
            (
                f"{paint.green('●')} {plural(len(good), 'source')} saved after {took}: {held};"
                f" the repository grew by {added}"
            )
        ]
    lines = [f"{paint.red('●')} backup run #{run['id']} {run['state']} after {took}"]
    if good:
        lines.append(f"  saved all the same: {', '.join(part['subject'] for part in good)}")
    problems = [run["problem"], *(part["problem"] for part in run["parts"])]
    seen: set[str] = set()
    for problem in problems:
        if problem and problem["message"] not in seen:
            seen.add(problem["message"])
            lines += problem_lines(Problem.from_dict(problem), paint)
    return lines
