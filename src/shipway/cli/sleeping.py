"""sleep and wake: an environment's stateless instances, stopped and started again."""

from __future__ import annotations

import time

import click

from shipway.cli.asking import GOES_ON, stoppable
from shipway.cli.session import Session, asks_nothing, json_option, pass_session
from shipway.cli.text import seconds
from shipway.cli.which import environment_argument, must_exist


@click.command()
@environment_argument(metavar="ENV", needed=True)
@asks_nothing
@json_option
@pass_session
def sleep(session: Session, environment: str) -> None:
    """Let ENV sleep until the next request: it is held, and answered when ENV is awake.

    Databases go on running.  `sleep_after` in shipway.yaml does it by itself.
    """
    client = session.client()
    project = session.project(client)
    must_exist(session, client, project, environment)
    with stoppable(f"{GOES_ON} shipway status"):
        answer = client.post_long(f"/projects/{project}/environments/{environment}/sleep")
    if session.console.json:
        session.console.emit(answer)
    else:
        session.console.say(
            f"{project}/{environment} sleeps. The next request wakes it, and so does: "
            f"shipway wake {environment}"
        )


@click.command()
@environment_argument(metavar="ENV", needed=True)
@asks_nothing
@json_option
@pass_session
def wake(session: Session, environment: str) -> None:
    """Wake ENV; returns when it is healthy."""
    client = session.client()
    project = session.project(client)
    must_exist(session, client, project, environment)
    began = time.monotonic()
    with stoppable(f"{GOES_ON} shipway status"):
        answer = client.post_long(f"/projects/{project}/environments/{environment}/wake")
    if session.console.json:
        session.console.emit(answer)
    else:
        took = seconds(time.monotonic() - began)
        session.console.say(f"{project}/{environment} is awake ({took}).")
