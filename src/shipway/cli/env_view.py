"""env list, explain, diff."""

from __future__ import annotations

from typing import Any

import click

from shipway.cli import names
from shipway.cli.console import Paint
from shipway.cli.secret_kit import env_option
from shipway.cli.session import Session, json_option, pass_session
from shipway.cli.text import clip, harmless, table
from shipway.cli.which import environment_argument, must_be_declared
from shipway.model.words import plural

VALUE_COLUMNS = 40
HIDDEN = "***"

View = dict[str, Any]


def ask(session: Session, environment: str, what: str = "", **more: Any) -> View:
    """Ask the daemon about an environment's variables, as this directory has them.

    other: a second environment that is meant.
    """
    directory = session.directory()
    here = session.declared_in(directory)
    for name in (environment, *([more["other"]] if "other" in more else [])):
        must_be_declared(here, name)
    client = session.client()
    path = f"/projects/{here.project}/environments/{environment}/variables{what}"
    return client.post(path, {"directory": str(directory), **more})


@click.command("list")
@environment_argument(default="staging")
@json_option
@pass_session
def listed(session: Session, environment: str) -> None:
    """List ENV's variables: what a secret is stays hidden."""
    answer = ask(session, environment)
    console = session.console
    if console.json:
        console.emit(answer)
        return
    lines = variable_lines(answer["variables"], console.paint)
    console.say(*(lines or [f"{environment} has no variables."]))


def variable_lines(variables: list[View], paint: Paint) -> list[str]:
    """Return the table of variables.  Pure."""
    rows = table(
        [
            (
                item["key"],
                _shown(item),
                item["origin"] or "nothing sets it",
                ", ".join(item["services"]),
            )
            for item in variables
        ]
    )
    return [
        row if item["present"] else paint.dim(row)
        for item, row in zip(variables, rows, strict=True)
    ]


def _shown(item: View) -> str:
    if not item["present"]:
        return "-"
    if item["value"] is None:
        return HIDDEN
    first, *rest = harmless(item["value"]).split("\n")
    return clip(first, VALUE_COLUMNS - 1) + ("…" if rest else "")


@click.command()
@click.argument("key", metavar="NAME")
@env_option
@json_option
@pass_session
def explain(session: Session, key: str, environment: str) -> None:
    """Show every layer that sets NAME, which one wins, and which services get it."""
    answer = ask(session, environment, "/explain", key=key)
    console = session.console
    if console.json:
        console.emit(answer)
        return
    console.say(*explain_lines(answer, console.paint))


def explain_lines(answer: View, paint: Paint) -> list[str]:
    """Return an explanation.  Pure."""
    value = _shown(answer) if answer["present"] else "no value"
    lines = [f"{paint.bold(answer['key'])} in {answer['environment']}: {value}"]
    if answer["about"]:
        lines.append(f"  {answer['about']}")
    if answer["origin"]:
        lines.append(f"  {paint.green('→')} {answer['origin']}")
    lines += [
        paint.dim(f"    {origin}, which the line above wins over")
        for origin in reversed(answer["overridden"])
    ]
    if not answer["origin"]:
        lines.append("  Nothing sets it: no layer, no service, no default.")
        lines.append(f"  {paint.cyan(_way_to_set(answer))}")
    if answer["services"]:
        lines += ["", "  Services that get it:"]
        lines += [f"    {row}" for row in table(sorted(answer["services"].items()))]
    elif answer["present"]:
        lines += ["", "  No service gets it as a variable; Compose files may use it."]
    if answer["rules"]:
        lines += ["", f"  Contract: {'; '.join(answer['rules'])}"]
    return lines


def _way_to_set(answer: View) -> str:
    rest = f"{answer['key']} -e {answer['environment']}"
    if any(rule.startswith("generated") for rule in answer["rules"]):
        return f"shipway secret generate {rest}"
    if answer["secret"]:
        return f"shipway secret set {rest}"
    return f"shipway env set {answer['key']}=… -e {answer['environment']}"


@click.command()
@click.argument("old", metavar="[OLD]", default="staging", shell_complete=names.environments)
@click.argument("new", metavar="[NEW]", default="production", shell_complete=names.environments)
@json_option
@pass_session
def diff(session: Session, old: str, new: str) -> None:
    """Show which variables two environments have apart: names, never values."""
    answer = ask(session, old, "/compare", other=new)
    console = session.console
    if console.json:
        console.emit(answer)
        return
    console.say(*diff_lines(answer, console.paint))


def diff_lines(answer: View, paint: Paint) -> list[str]:
    """Return the comparison.  Pure."""
    by = {
        state: [item for item in answer["variables"] if item["state"] == state]
        for state in ("only-old", "only-new", "differs", "same")
    }
    shared = [item["key"] for item in by["same"] if item["secret"]]
    lines: list[str] = []
    for title, state in (
        (f"only in {answer['old']}", "only-old"),
        (f"only in {answer['new']}", "only-new"),
        ("with another value", "differs"),
    ):
        if by[state]:
            lines += [paint.bold(title)]
            lines += [f"  {item['key']}{_mark(item)}" for item in by[state]]
    if shared:
        lines += [paint.yellow("the same secret in both: who knows one knows the other")]
        lines += [f"  {key}" for key in shared]
    same = len(by["same"]) - len(shared)
    if same:
        lines.append(paint.dim(f"{plural(same, 'variable')} the same in both"))
    return lines or ["Neither has any variable."]


def _mark(item: View) -> str:
    return "  (secret)" if item["secret"] else ""
