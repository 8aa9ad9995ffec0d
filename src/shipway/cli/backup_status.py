"""backup status, backup list: what is protected, and what can be restored."""

from __future__ import annotations

import time
from typing import Any

import click

from shipway.cli.console import Paint
from shipway.cli.session import Session, json_option, limit_option, pass_session
from shipway.cli.target import find_target
from shipway.cli.text import ago, harmless, seconds, size, table
from shipway.cli.which import environment_argument
from shipway.model.words import plural

View = dict[str, Any]
URGENT = 4
KINDS = {
    "base": "PostgreSQL",
    "dump": "PostgreSQL dump",
    "redis": "Redis",
    "sqlite": "SQLite",
    "volume": "files",
    "bucket": "bucket",
    "state": "Shipway's state",
}
RUNS = {"full": "full backup", "redis": "Redis", "verify": "verification", "drill": "drill"}


@click.command()
@environment_argument()
@json_option
@pass_session
def status(session: Session, environment: str | None) -> int:
    """Show what is protected, to which moment it can be brought back, and what is due.

    Exit code 1 where something urgent is wrong.  ENV is production if something is live
    there, else staging.
    """
    client = session.client()
    target = find_target(session, client, service=None, environment=environment)
    answer = client.get(f"{target.path}/backups")
    console = session.console
    if console.json:
        console.emit(answer)
    else:
        console.say(*status_lines(answer, console.paint, now=time.time()))
    return 1 if any(item["level"] >= URGENT for item in answer["conditions"]) else 0


def status_lines(answer: View, paint: Paint, *, now: float) -> list[str]:
    """Return an environment's backups for a person.  Pure but for the time zone."""
    name = f"{answer['project']}/{answer['environment']}"
    bad = any(item["level"] >= URGENT for item in answer["conditions"])
    any_newest = any(item["newest"] for item in answer["sources"])
    dot = paint.red("●") if bad else paint.green("●") if any_newest else paint.yellow("○")
    lines = [f"{dot} {paint.bold(name)}  {answer['repository']}"]
    if not answer["scheduled"]:
        lines += [
            f"  Not backed up by itself: {protected(answer)}",
            f"  By hand: shipway backup create {answer['environment']}",
        ]
    elif not any_newest and not answer["running"]:
        lines.append("  The first backup begins by itself, a minute after the deploy.")
    rows = [_source_row(item, now) for item in answer["sources"]]
    lines += ["", *(f"  {line}" for line in table(rows))]
    lines += ["", *_figures(answer)]
    lines += _when(answer, now)
    lines += _earlier(answer)
    for item in answer["conditions"]:
        mark = paint.red("✗") if item["level"] >= URGENT else paint.yellow("!")
        lines.append(f"  {mark} {harmless(item['en'])}")
        if item["hint"]:
            lines.append(f"    {paint.dim('Hint')} {item['hint']}")
    lines += [f"  {paint.dim(harmless(note))}" for note in answer["notes"]]
    return lines


def protected(answer: View) -> str:
    """Return why an environment has no schedule, and how it gets one."""
    name = answer["environment"]
    return f"production alone is, unless `backup: {{environments: [production, {name}]}}` says so."


def _source_row(item: View, now: float) -> tuple[str, ...]:
    newest = item["newest"]
    kind = KINDS.get(str(item["kind"]), str(item["kind"]))
    if newest is None:
        return (item["subject"], kind, "no backup yet", "", "")
    proven = f"proven {ago(item['proven_at'], now)}" if item["proven_at"] else "unproven"
    if item["drill"] and not item["drill"]["passed"]:
        proven = "its last drill FAILED"
    return (
        item["subject"],
        kind,
        f"restorable to {ago(item['restorable_at'], now)}",
        size(newest["bytes"]),
        proven,
    )


def _figures(answer: View) -> list[str]:
    wanted, measured = answer["objectives"], answer["measured"]

    def figure(name: str) -> str:
        value = measured[name]
        return "not measured yet" if value is None else f"{seconds(value)} measured"

    return [
        f"  loss (RPO)      {figure('rpo_s')}, objective {seconds(wanted['rpo_s'])}",
        f"  recovery (RTO)  {figure('rto_s')}, objective {seconds(wanted['rto_s'])}",
    ]


def _when(answer: View, now: float) -> list[str]:
    lines = []
    verified = answer["verified_at"]
    lines.append(f"  verified        {ago(verified, now) if verified else 'not yet'}")
    if answer["running"]:
        run = answer["running"]
        lines.append(f"  running         {RUNS[run['kind']]}, since {ago(run['began_at'], now)}")
    coming = sorted(answer["next_at"].items(), key=lambda pair: pair[1])
    if coming:
        said = ", ".join(f"{RUNS[kind]} {_clock(at)}" for kind, at in coming)
        lines.append(f"  next            {said}")
    return lines


def _earlier(answer: View) -> list[str]:
    """Return what is said of data that restores have replaced; nothing where there is none."""
    found = [item for item in answer["earlier"] if not item["live"]]
    if not found:
        return []
    going = min((item["goes_at"] for item in found if item["goes_at"]), default=None)
    when = f", the next goes by itself {_day(going)}" if going else ""
    return [f"  earlier data    {len(found)} kept{when}: shipway backup generations"]


def _day(moment: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(moment))


def _clock(moment: float) -> str:
    return time.strftime("%a %H:%M", time.localtime(moment))


@click.command("list")
@environment_argument()
@limit_option(default=40, most=5000)
@json_option
@pass_session
def listed(session: Session, environment: str | None, *, limit: int) -> None:
    """List what can be restored, newest first, and what went wrong lately."""
    client = session.client()
    target = find_target(session, client, service=None, environment=environment)
    answer = client.get(f"{target.path}/backups/list", limit=limit)
    console = session.console
    if console.json:
        console.emit(answer)
        return
    lines = list_lines(answer, console.paint, now=time.time())
    console.say(*(lines or [f"{target.environment} has no backup yet: shipway backup create"]))


def list_lines(answer: View, paint: Paint, *, now: float) -> list[str]:
    """Return the backups and the failed runs for a person.  Pure but for the time zone."""
    rows = [
        (
            item["id"],
            time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(item["ended_at"])),
            KINDS.get(item["kind"], item["kind"]),
            item["subject"],
            size(item["bytes"]),
        )
        for item in answer["backups"]
    ]
    lines = table(rows)
    if points := answer.get("points"):
        lines.append(f"{plural(points, 'restore point')} of rollouts: shipway backup points")
    for run in answer["runs"]:
        if run["state"] == "running":
            lines.append(f"{RUNS[run['kind']]} #{run['id']} runs since {ago(run['began_at'], now)}")
        elif run["state"] != "succeeded":
            lines += run_failures(run, paint, now=now)
    return lines


def run_failures(run: View, paint: Paint, *, now: float) -> list[str]:
    """Return what went wrong in a run."""
    head = f"{RUNS[run['kind']]} #{run['id']} {run['state']}, {ago(run['began_at'], now)}"
    lines = [paint.red(head) if run["state"] == "failed" else paint.yellow(head)]
    problems = [run["problem"], *(part["problem"] for part in run["parts"])]
    seen: set[str] = set()
    for problem in problems:
        if problem and problem["message"] not in seen:
            seen.add(problem["message"])
            lines.append(f"  {harmless(problem['message'])}")
    return lines
