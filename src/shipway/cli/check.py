"""check: the checklist, executed."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shipway.cli.session import Session, json_option, pass_session
from shipway.errors import Problem

if TYPE_CHECKING:
    from shipway.checks import Report


@click.command()
@click.argument("where", required=False, metavar="[PATH]")
@click.option("--static", is_flag=True, help="Only what the files tell: no server, no Docker.")
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
) -> int:
    """Run the checks on a project's files.  Exit code 1: one of severity error failed."""
    if not static:
        raise Problem(
            "not-yet",
            "checks against a running environment are not there yet.",
            hints=["shipway check --static, which looks at the files"],
        )
    from shipway.checks import check_files

    root = Path(session.start or ".") / (where or ".")
    today = date.today()  # noqa: DTZ011 - the day on the user's calendar
    report = check_files(root, today=today, only=only)
    mended: tuple[str, ...] = ()
    if fix:
        mended = _mend(report)
        report = check_files(root, today=today, only=only)
    _tell(session, report, form=form, language=lang or _language(), mended=mended)
    return 1 if report.failed_errors else 0


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


def _language() -> str:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return "ko" if os.environ[name].startswith("ko") else "en"
    return "en"
