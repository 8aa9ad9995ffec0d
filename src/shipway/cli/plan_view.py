"""A plan, as a person reads it before saying yes.  Pure."""

from __future__ import annotations

from typing import Any

from shipway.cli.console import Paint
from shipway.cli.text import harmless, seconds, width
from shipway.model.words import plural

COMMITS_SHOWN = 12

TITLES = {
    "deploy": "Deploy {project} to {environment}",
    "promote": "Promote {project} to {environment}",
    "rollback": "Roll {project} {environment} back",
}


def plan_lines(plan: dict[str, Any], paint: Paint, *, now: float, columns: int = 100) -> list[str]:
    """Return the lines of a plan: what serves, what will, what differs, the steps."""
    lines = [
        paint.bold(TITLES[plan["kind"]].format(**plan)),
        "",
        f"  now   {plan['live'] or 'nothing is live'}",
        f"  then  {_then(plan, paint, now)}",
    ]
    commits = [harmless(item) for item in plan["commits"]]
    if len(commits) > COMMITS_SHOWN:
        more = len(commits) - COMMITS_SHOWN
        commits = [*commits[:COMMITS_SHOWN], f"… and {plural(more, 'more commit')}"]
    lines += _section("commits", commits)
    lines += _section("migrations", plan["migrations"])
    lines += _section("artifacts", plan["artifacts"])
    lines += _section("configuration", plan["changes"])
    lines += _section("built in", [paint.yellow(item) for item in plan["built_in"]])
    lines += _section("notes", plan["notes"])
    if plan["commit"]["dirty"]:
        text = "the working tree has changes that are not committed: they stay out"
        lines += ["", f"  {paint.yellow('!')} {text}"]
    return [*lines, "", *(paint.dim(f"  {line}") for line in _wrapped(plan["steps"], columns - 2))]


def _then(plan: dict[str, Any], paint: Paint, now: float) -> str:
    commit = plan["commit"]
    name = plan["release"] or "a new release of"
    ref = f" ({commit['ref']})" if commit["ref"] and plan["release"] is None else ""
    about = paint.dim(f"{commit['author']}, {seconds(now - commit['at'])} old{ref}")
    return f"{name} {commit['hash'][:8]} {harmless(commit['subject'])}  {about}"


def _wrapped(steps: list[str], columns: int) -> list[str]:
    """Return the steps in lines that fit, broken between two steps only."""
    lines = [""]
    for index, step in enumerate(steps):
        word = step if index == len(steps) - 1 else f"{step} →"
        if lines[-1] and width(lines[-1]) + 1 + width(word) > columns:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return lines


def _section(title: str, items: list[str]) -> list[str]:
    return ["", f"  {title}", *(f"    {item}" for item in items)] if items else []
