"""What one command knows: how to speak, where it was typed, and how to reach the daemon."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from shipway.cli.console import Console
from shipway.errors import Problem

if TYPE_CHECKING:
    from shipway.api.client import Client

F = TypeVar("F", bound=Callable[..., Any])

# As spec.values.FILE_NAMES, which costs 60 ms to import.
SPEC_NAMES = ("shipway.yaml", "shipway.yml")


@dataclass(slots=True)
class Session:
    """Handed to every command as `ctx.obj`.  start: the directory to look from (`-C`)."""

    console: Console = field(default_factory=Console)
    start: Path | None = None

    def client(self) -> Client:
        """Return a client of the daemon, which is started where none runs."""
        from shipway.cli.connection import connect

        return connect(self.console)

    def find_directory(self) -> Path | None:
        """Return the nearest directory upwards with a shipway.yaml, None without one."""
        start = Path(os.path.realpath(self.start or "."))
        for directory in (start, *start.parents):
            if any((directory / name).is_file() for name in SPEC_NAMES):
                return directory
        return None

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
        from shipway.spec import load_spec

        return load_spec(directory).project


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
    """Add `-y`: do not ask."""
    return click.option("-y", "--yes", is_flag=True, help="Do not ask.")(command)
