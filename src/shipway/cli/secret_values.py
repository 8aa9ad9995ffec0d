"""secret list, set, get, unset."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click

from shipway.cli.asking import NOTHING_CHANGED, stoppable
from shipway.cli.console import Paint
from shipway.cli.secret_kit import View, env_option, reach, say_changed, say_waiting
from shipway.cli.session import Session, asks_nothing, json_option, pass_session, yes_option
from shipway.cli.text import ago, harmless, table
from shipway.errors import Problem

BYTES_MAX = 1_048_576


@click.command("list")
@env_option
@click.option("--version", type=click.IntRange(1), help="As it was in an earlier version.")
@json_option
@pass_session
def listed(session: Session, environment: str, version: int | None) -> None:
    """List the names of the secrets: never a value."""
    client, path = reach(session, environment)
    answer = client.get(path, version=version)
    console = session.console
    if console.json:
        console.emit(answer)
        return
    if not answer["secrets"]:
        console.say(
            f"{environment} has no secrets yet.",
            "",
            *table(
                [
                    (f"  shipway secret set NAME -e {environment}", "asks for the value"),
                    (f"  shipway secret import FILE -e {environment}", "takes over an env file"),
                    (
                        f"  shipway secret generate --missing -e {environment}",
                        "makes what the contract says",
                    ),
                ]
            ),
        )
        return
    console.say(f"{environment}, version {answer['version']}", "")
    console.say(
        *secret_lines(answer, console.paint, now=time.time()),
        *people_lines(answer["operators"]),
    )
    say_waiting(console, answer["waiting"])


def secret_lines(answer: View, paint: Paint, *, now: float) -> list[str]:
    """Return the table of names.  Pure."""
    rows = table(
        [
            (
                item["name"],
                item["how"],
                ago(item["at"], now),
                f"by {harmless(item['by'])}",
            )
            for item in answer["secrets"]
        ]
    )
    return [
        f"  {row}{_known(item, paint)}" for item, row in zip(answer["secrets"], rows, strict=True)
    ]


def _known(item: View, paint: Paint) -> str:
    if not item["known_to_left"]:
        return ""
    who = ", ".join(item["known_to_left"])
    return paint.yellow(f"  {who}, who left, knows it: change it where it was issued")


def people_lines(operators: list[View]) -> list[str]:
    """Return who else can read the files.  Pure."""
    here = [item for item in operators if item["left"] is None]
    if not here:
        return []
    said = ", ".join(
        item["name"] + (f" ({', '.join(item['environments'])})" if item["environments"] else "")
        for item in here
    )
    return ["", f"Shared with {said}."]


@click.command("set")
@click.argument("name", metavar="NAME")
@env_option
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the value from stdin.")
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take a file's content as it is: a key, a certificate.",
)
@asks_nothing
@json_option
@pass_session
def set_(
    session: Session, name: str, environment: str, *, from_stdin: bool, path: Path | None
) -> None:
    """Set NAME.  Asks for the value without showing it, unless it comes from elsewhere.

    \b
    shipway secret set API_KEY -e production
    shipway secret set TLS_KEY --file key.pem
    """  # noqa: D301 - \b is click's
    refuse_value(name)
    client, place = reach(session, environment)
    value = _value(name, environment, from_stdin=from_stdin, path=path)
    answer = client.post(place, {"put": {name: value}})
    say_changed(session.console, answer, "set")


def refuse_value(name: str) -> None:
    """Refuse NAME=VALUE: the value would stand in the shell's history and in `ps`."""
    from shipway.model.secret import secret_name

    key, equals, _value = name.partition("=")
    if equals:
        raise Problem(
            "usage",
            "a value is not given as an argument: the shell's history and every process list "
            "would show it. That value may be in your history now.",
            hints=[f"shipway secret set {key}, which asks for it"],
        )
    secret_name(name)


def _value(name: str, environment: str, *, from_stdin: bool, path: Path | None) -> str:
    if path is not None and from_stdin:
        raise Problem("usage", "--file and --stdin exclude each other.")
    if path is not None:
        return _text(path.read_bytes()[: BYTES_MAX + 1], str(path))
    if from_stdin:
        read = _text(sys.stdin.buffer.read(BYTES_MAX + 1), "stdin")
        return read.removesuffix("\n").removesuffix("\r")
    if not sys.stdin.isatty():
        raise Problem(
            "usage",
            f"there is no terminal to ask for {name} at.",
            hints=[
                f"shipway secret set {name} -e {environment} --stdin < FILE",
                f"shipway secret set {name} -e {environment} --file FILE",
            ],
        )
    question = f"{name} in {environment} (not shown)"
    with stoppable(NOTHING_CHANGED):
        asked: str = click.prompt(
            question, hide_input=True, default="", show_default=False, err=True
        )
    if not asked:
        raise Problem("usage", f"nothing was typed. {NOTHING_CHANGED}")
    return asked


def _text(content: bytes, where: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Problem(
            "invalid-secret",
            f"{where} is no text; a secret is.",
            hints=["base64 -w0 FILE | shipway secret set NAME --stdin"],
        ) from None


@click.command()
@click.argument("name", metavar="NAME")
@env_option
@click.option("--version", type=click.IntRange(1), help="As it was in an earlier version.")
@json_option
@pass_session
def get(session: Session, name: str, environment: str, version: int | None) -> None:
    """Print one value; the audit trail keeps that you asked."""
    client, path = reach(session, environment)
    answer = client.post(f"{path}/reveal", name=name, version=version)
    if session.console.json:
        session.console.emit(answer)
        return
    value = answer["value"]
    sys.stdout.write(value if value.endswith("\n") else f"{value}\n")


@click.command()
@click.argument("wanted", metavar="NAME...", nargs=-1, required=True)
@env_option
@yes_option
@json_option
@pass_session
def unset(session: Session, wanted: tuple[str, ...], environment: str, *, yes: bool) -> Any:
    """Remove secrets; earlier versions keep them."""
    client, path = reach(session, environment)
    console = session.console
    names = ", ".join(wanted)
    if not console.confirm(f"Remove {names} from {environment}?", yes=yes):
        console.say("Nothing was changed.")
        return 1
    answer = client.post(path, {"drop": list(wanted)})
    say_changed(console, answer, "removed")
    return 0
