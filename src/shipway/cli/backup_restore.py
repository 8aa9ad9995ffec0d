"""backup restore, drill, points, adopt, discard: a database to any moment, and the proof of it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from shipway.api.client import Client
from shipway.cli.asking import GOES_ON, stoppable
from shipway.cli.backup_files import restore_of, restore_request
from shipway.cli.console import Console
from shipway.cli.outcome import watch_rollout
from shipway.cli.problems import FAILED
from shipway.cli.session import Session, asks_nothing, json_option, pass_session, yes_option
from shipway.cli.target import Target, find_target
from shipway.cli.text import ago, harmless, seconds, size, table
from shipway.cli.which import environment_argument
from shipway.errors import Problem

LATEST = "latest"
View = dict[str, Any]


@click.command()
@environment_argument()
@click.option("--at", metavar="TIME", help='Such as "2026-11-20 14:03", or latest.')
@click.option("--point", metavar="NAME", help="A restore point: shipway backup points.")
@click.option("--latest", is_flag=True, help="The last transaction that was kept.")
@click.option("--service", metavar="NAME", help="One database.  [default: all]")
@click.option("--beside", is_flag=True, help="Beside the running one, to look at: no swap.")
@click.option("--of", metavar="SOURCE|ID", help="Files, Redis or a bucket instead.")
@click.option("--to", metavar="DIR", type=click.Path(path_type=Path), help="With --of: there.")
@yes_option
@json_option
@pass_session
def restore(
    session: Session, /, environment: str | None, *, of: str | None, to: Path | None, **how: Any
) -> int:
    """Bring a database back: to a moment, a restore point, or the last transaction.

    A restored copy is made beside the running database and checked; then the two are
    swapped. What is there now stays on the server as an earlier generation.

    \b
    shipway backup restore --latest
    shipway backup restore --at "2026-11-20 14:03" --beside
    shipway backup restore --of uploads     files, Redis or a bucket
    """  # noqa: D301 - \b is click's
    if of is None:
        wanted_moment(at=how["at"], point=how["point"], latest=how["latest"])  # wrong usage first
    client = session.client()
    target = find_target(session, client, service=None, environment=environment)
    if of is not None:
        return restore_of(session, target, of=of, to=to, yes=how["yes"])
    return _restore_database(session, target, **how)


def _restore_database(
    session: Session,
    target: Target,
    *,
    at: str | None,
    point: str | None,
    latest: bool,
    service: str | None,
    beside: bool,
    yes: bool,
) -> int:
    console, client = session.console, session.client()
    wanted = wanted_moment(at=at, point=point, latest=latest) | {"service": service}
    if not console.json:
        answer = client.post(f"{target.path}/databases/plan", wanted)
        console.say(*plan_lines(answer["plans"], target.environment, beside=beside))
        question = "Restore beside?" if beside else "Put the restored data in place of the live?"
        if not console.confirm(question, yes=yes):
            console.say("Nothing was changed.")
            return FAILED
    asked = restore_request(session, target.environment) | {"beside": beside, **wanted}
    rollout = client.post("/rollouts", asked)
    return watch_rollout(client, rollout["id"], console, verbose=False)


def wanted_moment(*, at: str | None, point: str | None, latest: bool) -> View:
    """Return the target as the API takes it.  Raises Problem `usage`."""
    given = [text for text in (at, point, LATEST if latest else None) if text]
    if len(given) != 1:
        raise Problem(
            "usage",
            "say to which moment, in one way.",
            hints=[
                "--latest   # the last transaction",
                '--at "2026-11-20 14:03"',
                "--point NAME   # one of: shipway backup points",
            ],
        )
    if at is not None and at != LATEST:
        from shipway.backup.postgres.moments import parse_moment

        return {"at": parse_moment(at), "point": None}
    return {"at": None, "point": point}


def plan_lines(plans: list[View], environment: str, *, beside: bool) -> list[str]:
    """Return what a restore will do, for a person.  Pure but for the time zone."""
    lines = []
    for plan in plans:
        backup = plan["backup"]
        base = f"the base backup of {_clock(backup['ended_at'])}, {size(plan['bytes'])}"
        lines += [
            f"{plan['service']} of {environment}, as it was at {_clock(plan['reached_at'])}",
            f"  from      {base}, and the WAL since",
        ]
        if beside:
            lines.append(f"  beside    the running {plan['service']}, which is not touched")
        else:
            lines.append(f"  is lost   what was written in the last {seconds(plan['lost_s'])}")
        took = plan["last_took_s"]
        lines.append(
            f"  takes     {seconds(took)} the last time" if took else "  takes     not measured yet"
        )
        if not beside:
            lines += [f"  note      {harmless(note)}" for note in plan["notes"]]
    return lines


@click.command()
@environment_argument()
@click.option("--service", metavar="NAME", help="One database.  [default: all]")
@asks_nothing
@json_option
@pass_session
def drill(session: Session, environment: str | None, *, service: str | None) -> int:
    """Rehearse a restore: into a throw-away copy, checked, timed, thrown away.

    The running database is not touched. What was seen is kept as evidence.
    """
    client, console = session.client(), session.console
    target = find_target(session, client, service=None, environment=environment)
    query = f"?name={service}" if service else ""
    answer = _rehearsed(client, f"{target.path}/databases/drill{query}", console)
    drills = answer.get("drills") or []
    if console.json:
        console.emit(answer)
    else:
        for item in drills:
            console.say(*drill_lines(item, console))
    return 0 if drills and all(item["passed"] for item in drills) else FAILED


def _rehearsed(client: Client, path: str, console: Console) -> View:
    """Return what the drill ends with; tell what it does meanwhile.  Raises its Problem."""
    answer: View = {}
    with stoppable(f"{GOES_ON} shipway backup status tells how it ended."):
        for line in client.stream("POST", path):
            if line and "problem" in line:
                raise Problem.from_dict(line["problem"])
            if line and "says" not in line:
                answer = line
            elif line and not console.json:
                console.note(harmless(line["says"]))
    return answer


def drill_lines(item: View, console: Console) -> list[str]:
    """Return a drill's result, for a person."""
    paint = console.paint
    mark = paint.green("●") if item["passed"] else paint.red("●")
    verdict = "can be restored" if item["passed"] else "could NOT be restored as it should be"
    lines = [f"{mark} {item['subject']} {verdict} (backup {item['backup']})"]
    if item["rto_s"] is not None:
        lines.append(f"  recovery (RTO)  {seconds(item['rto_s'])}")
    if item["rpo_s"] is not None:
        lines.append(f"  loss (RPO)      {seconds(item['rpo_s'])}")
    for check in item["checks"]:
        sign = paint.green("✓") if check["passed"] else paint.red("✗")
        lines.append(f"  {sign} {check['name']}: {harmless(check['says'])}")
    return lines


@click.command()
@environment_argument()
@json_option
@pass_session
def points(session: Session, environment: str | None) -> None:
    """List the restore points: the moments before each rollout."""
    client, console = session.client(), session.console
    target = find_target(session, client, service=None, environment=environment)
    answer = client.get(f"{target.path}/databases/points")
    if console.json:
        console.emit(answer)
        return
    now = time.time()
    rows = [
        (item["name"], item["service"], ago(item["at"], now), point_stays(item))
        for item in answer["points"]
    ]
    empty = f"{target.environment} has no restore point yet: one is set before each rollout."
    console.say(*(table(rows) or [empty]))


def point_stays(item: dict[str, Any]) -> str:
    """Return for how long a restore point stays, for a person."""
    if item.get("until") is None:
        return ""
    day = time.strftime("%Y-%m-%d", time.localtime(item["until"]))
    return f"until {day}" + (", for a rollback with data" if item["needed"] else "")


@click.command()
@environment_argument()
@yes_option
@json_option
@pass_session
def adopt(session: Session, environment: str | None, *, yes: bool) -> int:
    """Save what runs here, although the repository is another database's or another server's.

    Another server that saves into it stops. What is kept stays until it has had its time.
    """
    client, console = session.client(), session.console
    target = find_target(session, client, service=None, environment=environment)
    if not console.confirm(
        f"Is what runs here now the right data of {target.environment}?", yes=yes
    ):
        console.say("Nothing was changed.")
        return FAILED
    answer = client.post(f"{target.path}/databases/adopt", {})
    if console.json:
        console.emit(answer)
    else:
        told = ", ".join(answer["adopted"]) or f"{target.environment}"
        console.say(f"{told} is backed up from here on.")
        if answer["instead_of"]:
            console.say(f"{answer['instead_of']} stops saving it at its next look.")
    return 0


@click.command()
@environment_argument()
@yes_option
@json_option
@pass_session
def discard(session: Session, environment: str | None, *, yes: bool) -> int:
    """Remove the copies that were restored beside, to look at."""
    client, console = session.client(), session.console
    target = find_target(session, client, service=None, environment=environment)
    question = f"Remove the copies beside the databases of {target.environment}?"
    if not console.confirm(question, yes=yes):
        console.say("Nothing was changed.")
        return FAILED
    answer = client.post(f"{target.path}/databases/discard", {})
    if console.json:
        console.emit(answer)
        return 0
    console.say(f"{', '.join(answer['discarded'])}: nothing of it is left.")
    return 0


def _clock(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment))
