"""incidents: list, show, acknowledge, silence."""

from __future__ import annotations

import time
from typing import Any

import click

from shipway.cli.console import Paint
from shipway.cli.lazy import Entry, LazyGroup
from shipway.cli.session import Session, asks_nothing, json_option, limit_option, pass_session
from shipway.cli.target import find_target
from shipway.cli.text import ago, harmless, seconds, table
from shipway.cli.which import environment_option

View = dict[str, Any]

COMMANDS = {
    "Incidents": {
        "list": Entry("shipway.cli.incidents:listing", "Those that go on, then those that ended."),
        "show": Entry("shipway.cli.incidents:show", "One, with all that is known of it."),
        "ack": Entry("shipway.cli.incidents:acknowledge", "Somebody works on it."),
        "silence": Entry("shipway.cli.incidents:silence", "Tell nobody for a while."),
        "silences": Entry("shipway.cli.incidents:silences", "What nobody is told of now."),
        "unsilence": Entry("shipway.cli.incidents:unsilence", "End a silence."),
        "notices": Entry("shipway.cli.incidents:notices", "What was sent to whom."),
    }
}


@click.group(cls=LazyGroup, sections=COMMANDS, invoke_without_command=True)
@json_option
@click.pass_context
def incidents(ctx: click.Context) -> None:
    """Show what is wrong and what was; without a command, the list."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(listing)


@click.command("list")
@click.option("-a", "--active", is_flag=True, help="Only those that go on.")
@limit_option(default=20, most=1000)
@json_option
@pass_session
def listing(session: Session, *, active: bool = False, limit: int = 20) -> None:
    """List incidents, the most urgent that goes on first."""
    client = session.client()
    inside = session.find_directory() is not None
    project = session.project(client) if inside else None
    answer = client.get("/incidents", project=project, active=active, limit=limit)
    console = session.console
    if console.json:
        console.emit(answer)
        return
    lines = incident_lines(answer["incidents"], console.paint, now=time.time())
    console.say(*(lines or ["Nothing is wrong, and nothing was."]))


def incident_lines(found: list[View], paint: Paint, *, now: float) -> list[str]:
    """Return a line an incident.  Pure."""
    rows = table(
        [
            (
                f"#{item['id']}",
                item["level"],
                _where(item),
                _state(item, now),
                harmless(item["says"]["en"]),
            )
            for item in found
        ]
    )
    return [f"{_mark(item, paint)} {row}" for item, row in zip(found, rows, strict=True)]


def _where(item: View) -> str:
    return f"{item['project']}/{item['environment']}" if item["project"] else "this server"


def _state(item: View, now: float) -> str:
    if item["state"] == "resolved":
        return f"resolved after {seconds(item['resolved_at'] - item['opened_at'])}"
    if item["silenced_until"]:
        return f"silenced for {seconds(item['silenced_until'] - now)}"
    return f"{item['state']} {ago(item['opened_at'], now)}"


def _mark(item: View, paint: Paint) -> str:
    if item["state"] == "resolved":
        return paint.green("✓")
    quiet = item["silenced_until"] or item["state"] == "acknowledged"
    return paint.yellow("!") if quiet else paint.red("✗")


@click.command()
@click.argument("number", type=int)
@json_option
@pass_session
def show(session: Session, number: int) -> None:
    """Show an incident: since when, which release was live, what changed last."""
    answer = session.client().get(f"/incidents/{number}")
    console = session.console
    if console.json:
        console.emit(answer)
        return
    console.say(*detail_lines(answer, console.paint, now=time.time()))


def detail_lines(item: View, paint: Paint, *, now: float) -> list[str]:
    """Return what is known of an incident.  Pure but for the time zone."""
    lines = [
        f"{_mark(item, paint)} #{item['id']} {paint.bold(harmless(item['says']['en']))}",
        f"  {item['level']}, {_where(item)}, {_state(item, now)}",
    ]
    if item["release"]:
        lines.append(f"  release {item['release']} was live")
    changed = item["changed"]
    if changed:
        before = seconds(max(0.0, item["opened_at"] - changed["at"]))
        what = " ".join(part for part in (changed["kind"], changed["release"]) if part)
        lines.append(
            f"  last change before: {what}, {before} earlier"
            f" (#{changed['rollout']} by {changed['by']}, {changed['state']})"
        )
    lines.append("")
    for event in item["events"]:
        at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(event["at"]))
        by = "" if event["who"] == "shipway" else f" by {event['who']}"
        lines.append(f"  {at}  {event['kind']}{by}  {paint.dim(harmless(event['text']))}")
    if item["state"] != "resolved":
        lines += ["", f"  {paint.cyan(item['hint'])}"] if item["hint"] else []
        lines += ["", f"  shipway incidents ack {item['id']}    to say that you work on it"]
    return lines


@click.command("ack")
@click.argument("number", type=int)
@asks_nothing
@json_option
@pass_session
def acknowledge(session: Session, number: int) -> None:
    """Say that somebody works on an incident; it is told again only when it gets worse."""
    answer = session.client().post(f"/incidents/{number}/acknowledge")
    console = session.console
    if console.json:
        console.emit(answer)
        return
    console.say(f"Incident #{number} is acknowledged by {answer['acknowledged_by']}.")


@click.command()
@click.argument("number", type=int, required=False)
@click.option(
    "--for",
    "span",
    default="1h",
    show_default=True,
    metavar="DURATION",
    help="How long, such as 30m or 2h.",
)
@environment_option(help="A whole environment: maintenance.")
@click.option("--rule", metavar="RULE", help="With --env: only this rule, such as api-p95.")
@click.option("--reason", default="", metavar="TEXT", help="Why, for the others.")
@asks_nothing
@json_option
@pass_session
def silence(
    session: Session,
    number: int | None,
    *,
    span: str,
    environment: str | None,
    rule: str | None,
    reason: str,
) -> None:
    """Tell nobody of an incident, or of an environment, for a while.

    It is still measured and listed; when the while is over and it goes on, people are told.
    """
    from shipway.compose.units import parse_duration

    try:
        for_s = parse_duration(span)
    except ValueError:
        raise click.UsageError(f"--for {span}: write a duration such as 30m or 2h") from None
    if (number is None) == (environment is None):
        raise click.UsageError("name an incident's number, or an environment with --env")
    client = session.client()
    if number is not None:
        answer = client.post(f"/incidents/{number}/silence", for_s=for_s)
    else:
        target = find_target(session, client, service=None, environment=environment)
        body = {"condition": rule or "", "for_s": for_s, "reason": reason}
        answer = client.post(f"{target.path}/silences", body)
    console = session.console
    if console.json:
        console.emit(answer)
        return
    until = time.strftime("%Y-%m-%d %H:%M", time.localtime(answer["until"]))
    what = answer["condition"] or "everything"
    console.say(
        f"Nobody is told of {what} in {_where(answer)} until {until}.",
        f"  shipway incidents unsilence {answer['id']}    ends it",
    )


@click.command()
@json_option
@pass_session
def silences(session: Session) -> None:
    """List what nobody is told of now."""
    answer = session.client().get("/silences")
    console = session.console
    if console.json:
        console.emit(answer)
        return
    rows = table(
        [
            (
                f"#{item['id']}",
                item["condition"] or "everything",
                harmless(item["subject"]),
                _where(item),
                time.strftime("until %Y-%m-%d %H:%M", time.localtime(item["until"])),
                f"by {item['by']}",
                harmless(item["reason"]),
            )
            for item in answer["silences"]
        ]
    )
    console.say(*(rows or ["Nothing is silenced."]))


@click.command()
@click.argument("number", type=int)
@asks_nothing
@json_option
@pass_session
def unsilence(session: Session, number: int) -> None:
    """End a silence."""
    answer = session.client().post(f"/silences/{number}/end")
    console = session.console
    if console.json:
        console.emit(answer)
        return
    console.say(f"Silence #{number} has ended.")


@click.command()
@limit_option(default=20, most=1000)
@json_option
@pass_session
def notices(session: Session, *, limit: int) -> None:
    """List what was sent to whom, or still waits to be."""
    answer = session.client().get("/notices", limit=limit)
    console = session.console
    if console.json:
        console.emit(answer)
        return
    now = time.time()
    rows = table(
        [
            (
                f"incident #{item['incident']}",
                item["kind"],
                f"{item['project']}/{item['channel']}",
                item["state"],
                ago(item["sent_at"] or item["created_at"], now),
                harmless(item["error"]),
            )
            for item in answer["notices"]
        ]
    )
    console.say(*(rows or ["Nobody was told of anything yet."]))
