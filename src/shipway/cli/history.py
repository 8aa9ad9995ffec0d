"""releases, diff, audit: what there was, in what two environments differ, who did what."""

from __future__ import annotations

import time
from typing import Any

import click

from shipway.cli import names
from shipway.cli.console import Paint
from shipway.cli.session import Session, json_option, limit_option, pass_session
from shipway.cli.text import ago, clip, harmless, table
from shipway.cli.which import environment_argument, must_exist

SUBJECT_COLUMNS = 50

View = dict[str, Any]


@click.command()
@json_option
@pass_session
def releases(session: Session) -> None:
    """List the project's releases, newest first, and where each one is."""
    client = session.client()
    answer = client.get(f"/projects/{session.project(client)}/releases")
    console = session.console
    if console.json:
        console.emit(answer)
        return
    lines = release_lines(answer["releases"], console.paint, now=time.time())
    console.say(*(lines or ["No release yet: shipway deploy makes the first."]))


def release_lines(releases: list[View], paint: Paint, *, now: float) -> list[str]:
    """Return the table of releases.  Pure."""
    rows = table(
        [
            (
                item["release"],
                item["commit"]["hash"][:8],
                clip(harmless(item["commit"]["subject"]), SUBJECT_COLUMNS),
                ago(item["created_at"], now),
                item["created_by"],
                ", ".join(
                    f"{place['environment']} {place['state']}{_with_secrets(place)}"
                    for place in item["placements"]
                    if place["state"] != "removed"
                ),
            )
            for item in releases
        ]
    )
    live = [any(place["state"] == "live" for place in item["placements"]) for item in releases]
    return [
        f"{paint.green('●')} {row}" if is_live else f"  {row}"
        for is_live, row in zip(live, rows, strict=True)
    ]


def _with_secrets(place: View) -> str:
    return f" (secrets {place['secrets']})" if place.get("secrets") else ""


@click.command()
@click.argument("old", metavar="[OLD]", default="staging", shell_complete=names.environments)
@click.argument("new", metavar="[NEW]", default="production", shell_complete=names.environments)
@json_option
@pass_session
def diff(session: Session, old: str, new: str) -> None:
    """Show in what two environments' live releases differ: names, never values."""
    client = session.client()
    project = session.project(client)
    must_exist(session, client, project, old, new)
    answer = client.get(f"/projects/{project}/diff/{old}/{new}")
    console = session.console
    if console.json:
        console.emit(answer)
        return
    one, other = answer["old"], answer["new"]
    console.say(_side(old, one), _side(new, other), "")
    console.say(*(answer["differences"] or ["Their configuration is the same."]))


def _side(environment: str, release: View) -> str:
    commit = release["commit"]
    subject = clip(harmless(commit["subject"]), SUBJECT_COLUMNS)
    return f"{environment}: {release['release']} {commit['hash'][:8]} {subject}"


@click.command()
@environment_argument()
@limit_option(default=50, most=1000)
@click.option("-a", "--all", "everything", is_flag=True, help="All projects of this machine.")
@json_option
@pass_session
def audit(session: Session, environment: str | None, *, limit: int, everything: bool) -> None:
    """Show who did what, and when, newest first."""
    client = session.client()
    inside = session.find_directory() is not None and not everything
    project = session.project(client) if inside else None
    answer = client.get("/audit", project=project, environment=environment, limit=limit)
    if environment and project and not answer["entries"]:  # one that is gone has its past
        must_exist(session, client, project, environment)
    console = session.console
    if console.json:
        console.emit(answer)
        return
    lines = audit_lines(answer["entries"], console.paint)
    console.say(*(lines or ["Nothing was done yet."]))


def audit_lines(entries: list[View], paint: Paint) -> list[str]:
    """Return the audit trail, a line an entry, in local time.  Pure but for the time zone."""
    rows = table(
        [
            (
                time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry["at"])),
                entry["who"],
                entry["action"],
                "/".join(part for part in (entry["project"], entry["environment"]) if part),
            )
            for entry in entries
        ]
    )
    return [
        f"{row}  {paint.dim(details)}".rstrip() if (details := _details(entry)) else row
        for entry, row in zip(entries, rows, strict=True)
    ]


def _details(entry: View) -> str:
    marks = {"rollout": "#", "release": "r"}
    return harmless(
        "  ".join(
            f"{key} {marks.get(key, '')}{_shown(value)}"
            for key, value in entry["details"].items()
            if value not in (None, "", [])
        )
    )


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
