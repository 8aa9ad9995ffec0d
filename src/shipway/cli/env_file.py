"""env set, unset: one line of the environment's env file, which is a file of the user's own."""

from __future__ import annotations

import re
from pathlib import Path

import click

from shipway.cli.secret_kit import env_option
from shipway.cli.session import Session, asks_nothing, json_option, pass_session
from shipway.errors import Problem
from shipway.files import replace_file

_PLAIN = re.compile(r"[A-Za-z0-9_./:@,+=%-]*")


@click.command("set")
@click.argument("assignment", metavar="NAME=VALUE")
@env_option
@asks_nothing
@json_option
@pass_session
def set_(session: Session, assignment: str, environment: str) -> None:
    """Write NAME=VALUE into ENV's env file.  For what is no secret."""
    name, equals, value = assignment.partition("=")
    if not equals or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise Problem("usage", "write NAME=VALUE.", hints=["shipway env set LOG_LEVEL=INFO"])
    path = _file(session, environment)
    _refuse_secret(session, name, environment, value)
    _write(session, path, name, line_of(name, value))


@click.command()
@click.argument("name", metavar="NAME")
@env_option
@asks_nothing
@json_option
@pass_session
def unset(session: Session, name: str, environment: str) -> None:
    """Take NAME out of ENV's env file."""
    path = _file(session, environment)
    if not path.exists() or with_line(path.read_text(encoding="utf-8"), name, None)[1] == 0:
        raise Problem(
            "no-variable",
            f"{path.name} does not set {name}. Nothing was changed.",
            hints=[f"shipway env explain {name} -e {environment}"],
        )
    _write(session, path, name, None)


def line_of(name: str, value: str) -> str:
    """Return the line that means this value in Compose's grammar.  Pure."""
    if _PLAIN.fullmatch(value):
        return f"{name}={value}"
    if "'" not in value and "\n" not in value:
        return f"{name}='{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'{name}="{escaped}"'.replace("\n", "\\n")


def with_line(text: str, name: str, line: str | None) -> tuple[str, int]:
    """Return the file with one line replaced, added or (None) removed; and how many were there.

    Pure.
    """
    mine = re.compile(rf"^\s*(export\s+)?{re.escape(name)}\s*[=:]")
    kept, found = [], 0
    for item in text.splitlines():
        if not mine.match(item):
            kept.append(item)
            continue
        if line is not None and not found:
            kept.append(line)
        found += 1
    if line is not None and not found:
        kept.append(line)
    return "".join(f"{item}\n" for item in kept), found


def _file(session: Session, environment: str) -> Path:
    """Return the last env file that the environment declares: the one that wins."""
    from shipway.spec import load_spec

    directory = session.directory()
    spec = load_spec(directory)
    files = spec.environment(environment).env_files
    if not files:
        raise Problem(
            "no-env-file",
            f"{environment} declares no env file. Nothing was changed.",
            hints=[
                f"write it below environments.{environment}.variables in {spec.source.path}",
                f"or declare env_files: [.env.{environment}] there, then type this again",
            ],
        )
    return directory / files[-1].path.replace("{environment}", environment)


def _refuse_secret(session: Session, name: str, environment: str, value: str) -> None:
    from shipway.cli.secret_making import contract_here
    from shipway.spec.secretwords import is_secret, url_password

    rule = contract_here(session).get(name)
    if (rule.is_secret if rule else is_secret(name)) or url_password(value):
        raise Problem(
            "usage",
            f"{name} is a secret: an env file and the shell's history are no place for it. "
            "Nothing was changed.",
            hints=[f"shipway secret set {name} -e {environment}"],
        )


def _write(session: Session, path: Path, name: str, line: str | None) -> None:
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    text, found = with_line(before, name, line)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    if text != before:
        replace_file(path, text, mode=mode)
    done = "removed" if line is None else "changed" if found else "added"
    done = done if text != before else "unchanged"
    console = session.console
    if console.json:
        console.emit({"path": str(path), "name": name, "done": done})
        return
    console.say(f"{name} {done} in {path}.", "It counts from the next rollout on.")
