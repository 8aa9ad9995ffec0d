"""generate scripts: wrappers with familiar names, written beside the project."""

from __future__ import annotations

from pathlib import Path

import click

from shipway.cli.session import Session, json_option, pass_session, yes_if_asked


@click.command()
@click.option(
    "--directory",
    default="scripts",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to, below the project's directory.",
)
@yes_if_asked
@json_option
@pass_session
def scripts(session: Session, directory: Path, *, yes: bool) -> int:
    """Write deploy-staging.sh, promote-production.sh and rollback-production.sh.

    Thin wrappers around the commands; one that is there and differs is replaced only when
    you agree.
    """
    from shipway.cli.writing import write_files
    from shipway.generate.scripts import scripts as wanted

    return write_files(
        session.console,
        session.directory(),
        {str(directory / name): text for name, text in wanted().items()},
        yes=yes,
        mode=0o755,
        same="The scripts are as they should be.",
    )
