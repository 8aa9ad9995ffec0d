"""What one command knows: how to speak, where it was typed, and how to reach the daemon."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from shipway.cli.console import Console, unasked
from shipway.cli.project_here import SPEC_NAMES, find_directory
from shipway.errors import Problem

if TYPE_CHECKING:
    from shipway.api.client import Client
    from shipway.cli.declared import Declared

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(slots=True)
class Session:
    """Handed to every command as `ctx.obj`.  start: the directory to look from (`-C`)."""

    console: Console = field(default_factory=Console)
    start: Path | None = None

    def client(self) -> Client:
        """Return a client of the daemon, which is started where none runs."""
        from shipway.cli.connection import connect

        return connect(self.console)

    def glance(self) -> dict[str, Any]:
        """Return what `/status` answers, by one question where the daemon runs."""
        from shipway.cli.connection import glance

        return glance(self.console)

    def find_directory(self) -> Path | None:
        """Return the nearest directory upwards with a shipway.yaml, None without one."""
        return find_directory(self.start)

    def directory(self) -> Path:
        """Return the project's directory.  Raises Problem `no-spec`."""
        found = self.find_directory()
        if found is None:
            here = Path(os.path.realpath(self.start or "."))
            raise Problem(
                "no-spec",
                f"there is no shipway.yaml in {here} or above it.",
                hints=["shipway init, which writes one", "shipway -C DIR …, for another project"],
            )
        return found

    def directory_there(self, client: Client) -> str:
        """Return the project's directory as the daemon has it.

        Another machine's daemon (SHIPWAY_URL) keeps it elsewhere: it is found by the
        project's name.  Raises Problem `no-spec`, `project-unknown`.
        """
        directory = str(self.directory())
        if not os.environ.get("SHIPWAY_URL"):
            return directory
        known = {
            item["name"]: str(item["directory"]) for item in client.get("/projects")["projects"]
        }
        if directory in known.values():
            return directory
        name = self.declared_in(self.directory()).project
        if name not in known:
            raise Problem(
                "project-unknown",
                f"the server knows no project {name}, or the token does not reach it.",
                hints=["shipway deploy, on the server, in the project's directory, once"],
            )
        return known[name]

    def project(self, client: Client) -> str:
        """Return the project's name: as the daemon knows the directory, else as its spec says.

        Outside of any project it is the machine's only one, where there is one only.
        """
        directory = self.find_directory()
        known = client.get("/projects")["projects"]
        if directory is None and len(known) == 1:
            return str(known[0]["name"])
        directory = directory or self.directory()
        for item in known:
            if item["directory"] == str(directory):
                return str(item["name"])
        return self.declared_in(directory).project

    def declared(self) -> Declared | None:
        """Return the names that the shipway.yaml here declares; None without one."""
        directory = self.find_directory()
        return None if directory is None else self.declared_in(directory)

    def declared_in(self, directory: Path) -> Declared:
        """Return the names that the shipway.yaml of a directory declares."""
        from shipway.cli.declared import read_declared

        return read_declared(next(directory / n for n in SPEC_NAMES if (directory / n).is_file()))


pass_session = click.make_pass_decorator(Session)


def _set_json(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if value:
        ctx.ensure_object(Session).console.json = True


def json_option(command: F) -> F:
    """Add `--json`: the answer as JSON on stdout, everything else on stderr."""
    return click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_set_json,
        help="Print JSON for programs.",
    )(command)


def yes_option(command: F) -> F:
    """Add `-y` to what always asks: with `--json` nobody is asked, so it must be there."""
    return click.option("-y", "--yes", is_flag=True, callback=refuse_unsure, help="Do not ask.")(
        command
    )


def yes_if_asked(command: F) -> F:
    """Add `-y` to what asks in some cases only: then Console.confirm refuses."""
    return click.option("-y", "--yes", is_flag=True, help="Do not ask.")(command)


def limit_option(*, default: int, most: int) -> Callable[[F], F]:
    """Add `-n`: how many are shown."""
    return click.option(
        "-n",
        "--limit",
        default=default,
        show_default=True,
        type=click.IntRange(1, most),
        metavar="COUNT",
        help="Show this many at most.",
    )


def refuse_unsure(ctx: click.Context, _parameter: click.Parameter, value: bool) -> bool:  # noqa: FBT001 - click's signature
    """Refuse `--json` without `-y`, before anything is asked of the daemon."""
    if not value and not ctx.resilient_parsing and ctx.ensure_object(Session).console.json:
        raise unasked(json=True)
    return value


def asks_nothing(command: F) -> F:
    """Accept `-y` where there is no question: scripts write it behind whatever changes something."""
    return click.option("-y", "--yes", is_flag=True, expose_value=False, hidden=True)(command)
