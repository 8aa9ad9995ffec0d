"""maintenance: an environment shows a page instead of the application, and opens again."""

from __future__ import annotations

import click

from shipway.cli.session import Session, json_option, pass_session, yes_if_asked
from shipway.cli.which import environment_argument, must_exist


@click.command()
@click.argument("state", type=click.Choice(["on", "off", "show"]), default="show")
@environment_argument(default="production")
@click.option(
    "--allow", multiple=True, metavar="NETWORK", help="Let these through; may be repeated."
)
@yes_if_asked
@json_option
@pass_session
def maintenance(
    session: Session, state: str, environment: str, *, allow: tuple[str, ...], yes: bool
) -> int:
    """Close ENV (production) for maintenance: visitors get a page and status 503.

    `on` closes it, `off` opens it again, `show` (which is meant without a word) tells which
    it is.  The page is `ingress: {pages: {maintenance: FILE}}` in shipway.yaml.  What runs
    goes on.

    \b
    shipway maintenance on --allow 203.0.113.0/24
    shipway maintenance off
    """  # noqa: D301 - \b is click's
    console = session.console
    client = session.client()
    project = session.project(client)
    must_exist(session, client, project, environment)
    path = f"/projects/{project}/environments/{environment}/maintenance"
    if state == "on":
        through = f" but for {', '.join(allow)}" if allow else ""
        question = f"Close {project}/{environment} to everyone{through}?"
        if not console.confirm(question, yes=yes):
            console.say("Nothing was changed.")
            return 1
        answer = client.post(path, {"allow": list(allow)})
    elif state == "off":
        answer = client.post(f"{path}/end")
    else:
        answer = client.get(path)
    if console.json:
        console.emit(answer)
    elif answer["on"]:
        through = f"; let through: {', '.join(answer['allow'])}" if answer["allow"] else ""
        console.say(
            f"{project}/{environment} is closed for maintenance by {answer['who']}{through}.",
            f"  shipway maintenance off {environment}    opens it again",
        )
    else:
        console.say(f"{project}/{environment} is open.")
    return 0
