"""import render, import vercel: what other platforms were told; and how it is printed."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shipway.cli.importing import FILE_BYTES_MAX
from shipway.cli.session import Session, json_option, pass_session
from shipway.errors import Problem

if TYPE_CHECKING:
    from shipway.hosting.imported import Imported

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@json_option
@pass_session
def render(session: Session, file: Path) -> None:
    """Print what a render.yaml means, for shipway.yaml and for Compose."""
    from shipway.hosting.render_file import read_render, translate

    tell(session, translate(read_render(str(file), read_small(file))))


@click.command()
@click.argument("file", type=_FILE)
@click.option(
    "--service", metavar="NAME", help="Its name in the Compose file.  [default: its directory's]"
)
@json_option
@pass_session
def vercel(session: Session, file: Path, service: str | None) -> None:
    """Print what a vercel.json means, for shipway.yaml and for Compose."""
    from shipway.hosting.vercel_file import read_vercel, translate

    name, folder = named(session, file, service)
    content = read_vercel(str(file), read_small(file))
    tell(session, translate(content, service=name, directory=folder))


def read_small(file: Path) -> str:
    """Return the text of a platform's file.  Raises Problem `bad-file`."""
    if file.stat().st_size > FILE_BYTES_MAX:
        raise Problem(
            "bad-file",
            f"{file} is larger than 1 MB: no {file.name} is.",
            hints=[f"ls -l {file}"],
        )
    return file.read_text(encoding="utf-8", errors="replace")


def named(session: Session, file: Path, service: str | None) -> tuple[str, str]:
    """Return the service's name, as said or its directory's, and that directory from here."""
    here = session.find_directory() or Path(os.path.realpath(session.start or "."))
    folder = Path(os.path.realpath(file)).parent
    name = service or re.sub(r"[^a-z0-9_-]+", "-", folder.name.lower()).strip("-") or "app"
    return name, os.path.relpath(folder, here) if folder.is_relative_to(here) else "."


def tell(session: Session, found: Imported) -> None:
    """Print both files' lines, and what is otherwise."""
    from shipway.hosting.imported import written

    spec, compose = written(found.spec).rstrip("\n"), written(found.compose).rstrip("\n")
    if session.console.json:
        session.console.emit(
            {
                "shipway.yaml": spec,
                "compose.yaml": compose,
                "remarks": list(found.remarks),
                "unknown": list(found.unknown),
            }
        )
        return
    session.console.say("# shipway.yaml", spec or "# nothing: the defaults do")
    session.console.say("", "# compose.yaml", compose)
    if found.remarks:
        session.console.say("", *(f"# - {' '.join(text.split())}" for text in found.remarks))
    if found.unknown:
        session.console.say("", f"# Not taken: {', '.join(found.unknown)}")
