"""status: how everything is, at one glance."""

from __future__ import annotations

import click

from shipway.cli.session import Session, json_option, pass_session
from shipway.cli.status_page import show


@click.command()
@click.option("-a", "--all", "everything", is_flag=True, help="All projects of this machine.")
@json_option
@pass_session
def status(session: Session, *, everything: bool) -> None:
    """Show every environment: what serves, since when, and how it is.

    In a project's directory only this project's, elsewhere all of this machine.
    """
    # the plain ways to type it are `quick`'s
    show(session.glance(), session.console, start=session.start, everything=everything)
