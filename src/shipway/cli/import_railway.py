"""import railway: what Railway was told of a service."""

from __future__ import annotations

from pathlib import Path

import click

from shipway.cli.import_hosting import named, read_small, tell
from shipway.cli.session import Session, json_option, pass_session


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--service", metavar="NAME", help="Its name in the Compose file.  [default: its directory's]"
)
@json_option
@pass_session
def railway(session: Session, file: Path, service: str | None) -> None:
    """Print what a railway.toml (or railway.json) means, for shipway.yaml and for Compose."""
    from shipway.hosting.railway import read_railway, translate

    name, folder = named(session, file, service)
    found = translate(
        read_railway(str(file), read_small(file)),
        service=name,
        directory=folder,
    )
    tell(session, found)
