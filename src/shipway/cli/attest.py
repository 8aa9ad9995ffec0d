"""attest: a person's word on a check that no machine could make."""

from __future__ import annotations

from datetime import datetime

import click

from shipway.cli.session import Session, asks_nothing, json_option, pass_session
from shipway.cli.target import find_target
from shipway.cli.which import environment_argument


@click.command()
@click.argument("check", metavar="CHECK")
@environment_argument()
@click.option("--reason", required=True, metavar="TEXT", help="What you saw, and where.")
@click.option(
    "--until",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The last day on which your word counts.",
)
@asks_nothing
@json_option
@pass_session
def attest(
    session: Session, check: str, environment: str | None, reason: str, until: datetime
) -> None:
    """Give your word on CHECK in ENV (production if it is live, else staging).

    It is kept with your name, shows as attested, never as passed, and ends. It cannot
    outweigh a check that failed: that is what a waiver in shipway.yaml is for.
    """
    console = session.console
    client = session.client()
    target = find_target(session, client, service=None, environment=environment)
    body = {"check": check, "reason": reason, "until": until.date().isoformat()}
    answer = client.post(f"{target.path}/attest", body)
    if console.json:
        console.emit(answer)
    else:
        console.say(
            f"{check} in {target.environment}: attested by {answer['by']} "
            f"until {until.date()} ({answer['release']})."
        )
