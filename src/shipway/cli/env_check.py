"""env check: whether the values keep the contract."""

from __future__ import annotations

from typing import Any

import click

from shipway.cli import names
from shipway.cli.env_view import ask
from shipway.cli.session import Session, json_option, pass_session
from shipway.cli.which import FORMS


@click.command()
@click.argument("wanted", metavar="[ENV]...", nargs=-1, shell_complete=names.environments)
@click.option(
    *FORMS,
    "named",
    metavar="ENV",
    multiple=True,
    shell_complete=names.environments,
    help="The same as ENV; may be repeated.",
)
@json_option
@pass_session
def check(session: Session, wanted: tuple[str, ...], named: tuple[str, ...]) -> int:
    """Judge the variables of ENV, of every environment where none is named.

    Exit code 1 where a rollout would be refused.
    """
    console = session.console
    wanted = (*wanted, *named) or session.declared_in(session.directory()).environments
    answers = [ask(session, name, "/check") for name in wanted]
    blocked = any(fault["blocks"] for answer in answers for fault in answer["faults"])
    if console.json:
        console.emit(
            {
                "environments": [
                    {"environment": item["environment"], "faults": item["faults"]}
                    for item in answers
                ]
            }
        )
        return int(blocked)
    for answer in answers:
        console.say(*_lines(session, answer))
    return int(blocked)


def _lines(session: Session, answer: dict[str, Any]) -> list[str]:
    paint = session.console.paint
    if not answer["faults"]:
        return [f"{paint.green('✓')} {answer['environment']}: every variable is as declared"]
    worst = paint.red("✗") if any(item["blocks"] for item in answer["faults"]) else "·"
    lines = [f"{worst} {answer['environment']}"]
    for fault in answer["faults"]:
        mark = paint.red("✗") if fault["blocks"] else paint.yellow("!")
        lines.append(f"  {mark} {fault['said']}")
        lines.append(f"    {paint.cyan(fault['hint'])}")
    return lines
