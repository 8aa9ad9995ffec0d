"""Watching a rollout to its end: progress, then what is live now, or what went wrong."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any

from shipway.api.client import Client, DaemonGone
from shipway.cli.console import Console, Paint
from shipway.cli.following import follow_rollout
from shipway.cli.live import with_ticks
from shipway.cli.problems import FAILED, INTERRUPTED, problem_lines
from shipway.cli.progress import display_for
from shipway.cli.text import seconds
from shipway.errors import Problem

TICK_S = 0.1


@dataclass(frozen=True, slots=True)
class Told:
    """What a rollout has told already: the number of its last line, the titles of its steps."""

    last: int = 0
    titles: dict[str, str] = field(default_factory=dict)


def told_so_far(client: Client, identifier: int) -> Told:
    """Return what a rollout has told until now."""
    lines = list(client.stream("GET", f"/rollouts/{identifier}/progress", follow=False))
    return Told(
        max((line["seq"] for line in lines if "seq" in line), default=0),
        {line["step"]: line["text"] for line in lines if line.get("kind") == "step-started"},
    )


def watch_rollout(
    client: Client,
    identifier: int,
    console: Console,
    *,
    verbose: bool,
    told: Told | None = None,
    known: frozenset[str] = frozenset(),
) -> int:
    """Show a rollout until it ends; return the exit code of the command.

    Ctrl-C ends the watching only.  told: what is not shown again; all is, without it.
    known: notes that the person has read in the plan.
    """
    told = told or Told()
    display = display_for(console, verbose=verbose, titles=told.titles)
    last_words = ""
    rollout: dict[str, Any] = {}
    try:
        lines = follow_rollout(client, identifier, after=told.last, note=display.note)
        for line in with_ticks(lines, TICK_S):
            if line is None:
                display.tick()
            elif "seq" in line:
                last_words = line["text"] if line["kind"] == "finished" else last_words
                if line["kind"] != "note" or line["text"] not in known:
                    display.line(line)
            else:
                rollout = line["rollout"]
    except KeyboardInterrupt:
        display.close()
        print(
            f"\nRollout #{identifier} goes on in the daemon.\n"
            f"  shipway follow {identifier}    watches it again\n"
            f"  shipway abort {identifier}     stops it and undoes what it did",
            file=sys.stderr,
        )
        return INTERRUPTED
    display.close()
    if console.json:
        console.emit({"rollout": rollout})
    else:
        console.say(*_last_lines(client, rollout, last_words, console.paint))
    return 0 if rollout["state"] == "succeeded" else FAILED


def _last_lines(
    client: Client, rollout: dict[str, Any], last_words: str, paint: Paint
) -> list[str]:
    if rollout["state"] == "succeeded" and rollout["kind"] == "restore":
        took = seconds(rollout["finished_at"] - rollout["created_at"])
        return ["", f"{paint.green('●')} {last_words}", f"  done after {took}"]
    if rollout["state"] == "succeeded":
        return ["", *success_lines(rollout, _environment(client, rollout), paint)]
    return ["", *failure_lines(rollout, last_words, paint)]


def _environment(client: Client, rollout: dict[str, Any]) -> dict[str, Any]:
    try:
        return client.get(f"/projects/{rollout['project']}/environments/{rollout['environment']}")
    except (Problem, DaemonGone):  # it is live all the same: say what is known
        return {"urls": [], "rollback_to": None, "kept": []}


def success_lines(rollout: dict[str, Any], environment: dict[str, Any], paint: Paint) -> list[str]:
    """Return what is live where, how long it took, and the way back.  Pure."""
    name = rollout["environment"]
    urls = "  ".join(environment["urls"])
    lines = [
        f"{paint.green('●')} {paint.bold(rollout['release'])} is live in {paint.bold(name)}"
        f"  {paint.cyan(urls)}".rstrip()
    ]
    took = [f"done after {seconds(rollout['finished_at'] - rollout['created_at'])}"]
    if rollout["switched_at"]:
        took.insert(0, f"switched after {seconds(rollout['switched_at'] - rollout['created_at'])}")
    lines.append(f"  {', '.join(took)}")
    target = environment["rollback_to"]
    if rollout["kind"] == "rollback":
        forward = paint.cyan(f"shipway rollback {name} --to {rollout['previous']}")
        lines.append(f"  forward again: {forward}")
    elif target:
        warm = any(
            item["release"] == target and item["state"] == "warm" for item in environment["kept"]
        )
        how = "still warm: at once" if warm else "stopped: it is started again"
        lines.append(f"  back to {target} ({how}): {paint.cyan(f'shipway rollback {name}')}")
    return lines


def failure_lines(rollout: dict[str, Any], last_words: str, paint: Paint) -> list[str]:
    """Return why a rollout failed and what serves.  Pure."""
    problem = rollout["problem"]
    shown = Problem.from_dict(problem) if problem else Problem("unknown", "the rollout failed.")
    if shown.kind == "cancelled":  # somebody wanted it
        lines = [f"{paint.yellow('↶')} {rollout['kind']} #{rollout['id']}: {shown.message}"]
    else:
        lines = problem_lines(shown, paint)
    if last_words:
        lines += ["", last_words]
    return lines
