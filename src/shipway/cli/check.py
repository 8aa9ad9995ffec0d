"""check: the checklist, executed, on files or on a running environment."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shipway.cli.check_live import check_live
from shipway.cli.session import Session, json_option, pass_session
from shipway.cli.which import environment_argument
from shipway.errors import Problem

if TYPE_CHECKING:
    from shipway.checks import Report


@click.command()
@environment_argument("where", metavar="[ENV | PATH]")
@click.option("--static", is_flag=True, help="What the files at PATH tell: no server, no Docker.")
@click.option("--quick", is_flag=True, help="Nothing that disturbs: no bursts, no restarts.")
@click.option("--only", multiple=True, metavar="ID|AREA", help="Only this check or area.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github"]),
    default="text",
    help="github: annotations for a workflow's log.",
)
@click.option("--fix", is_flag=True, help="Mend what can be mended mechanically.")
@click.option("--lang", type=click.Choice(["ko", "en"]), help="Language; else that of LANG.")
@json_option
@pass_session
def check(
    session: Session,
    *,
    where: str | None,
    static: bool,
    only: tuple[str, ...],
    form: str,
    fix: bool,
    lang: str | None,
    quick: bool,
) -> int:
    """Run the checks of ENV, or with --static those on a project's files.

    Exit code 1: one of severity error failed. Against a running environment (production if it
    is live, else staging) live checks and the declared journeys are run, and what they saw is
    kept as evidence for the release that is live.
    """
    if not static:
        _refuse_static_options(form=form, fix=fix)
        return check_live(session, where, only=only, quick=quick, language=lang or language())
    from shipway.checks import check_files

    root = Path(session.start or ".") / (where or ".")
    today = _day(root)
    report = check_files(root, today=today, only=only)
    mended: tuple[str, ...] = ()
    if fix:
        mended = _mend(report)
        report = check_files(root, today=today, only=only)
    _tell(session, report, form=form, language=lang or language(), mended=mended)
    return 1 if report.failed_errors else 0


def _day(root: Path) -> date:
    """Return the day on the project's calendar; a broken shipway.yaml is a check's to tell."""
    from shipway.checks.day import day_of
    from shipway.spec import find_spec, load_spec

    spec = None
    with suppress(Problem):
        spec = load_spec(root) if find_spec(root) is not None else None
    return day_of(spec, time.time())


def _refuse_static_options(*, form: str, fix: bool) -> None:
    if fix or form == "github":
        name = "--fix" if fix else "--format github"
        raise Problem(
            "usage",
            f"{name} is about files: it needs --static.",
            hints=[f"shipway check --static {name}"],
        )


def _mend(report: Report) -> tuple[str, ...]:
    from shipway.checks.edits import apply_edits, edits_of

    open_ones = [item for item in report.outcomes if not item.waived]
    return apply_edits(report.root, edits_of(f for item in open_ones for f in item.findings))


def _tell(
    session: Session, report: Report, *, form: str, language: str, mended: tuple[str, ...]
) -> None:
    from shipway.cli import check_view

    console = session.console
    if console.json:
        console.emit({**check_view.as_json(report, language), "mended": list(mended)})
    elif form == "github":
        console.say(*check_view.github_lines(report, language))
    else:
        console.say(*check_view.lines(report, language, console.paint, mended))


def language() -> str:
    """Return the language of the terminal: `ko` or `en`."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return "ko" if os.environ[name].startswith("ko") else "en"
    return "en"
