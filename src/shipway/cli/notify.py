"""notify test: proves that alerts arrive."""

from __future__ import annotations

from typing import Any

import click

from shipway.cli.lazy import Entry, LazyGroup
from shipway.cli.problems import FAILED
from shipway.cli.session import Session, asks_nothing, json_option, pass_session
from shipway.cli.target import find_target
from shipway.cli.which import environment_argument
from shipway.errors import Problem

COMMANDS = {
    "Notifications": {
        "test": Entry("shipway.cli.notify:test", "Send a test to every channel, now."),
    }
}


@click.group(cls=LazyGroup, sections=COMMANDS)
def notify() -> None:
    """Who is told when something is wrong: `notify:` in shipway.yaml."""


@click.command()
@environment_argument()
@asks_nothing
@json_option
@pass_session
def test(session: Session, environment: str | None) -> None:
    """Send a test to every channel of an environment, and say what became of each.

    ENV is production if something is live there, else staging.
    """
    client = session.client()
    target = find_target(session, client, service=None, environment=environment)
    answer: dict[str, Any] = client.post(f"{target.path}/notify/test")
    channels = answer["channels"]
    console = session.console
    if console.json:
        console.emit(answer)
    elif not channels:
        raise Problem(
            "no-channel",
            f"{target.project}/{target.environment} tells nobody: its live release has no"
            " channels.",
            hints=[
                "write `notify: {slack: SLACK_URL}` in shipway.yaml",
                "shipway secret set SLACK_URL, with Apprise's address of the channel",
                f"shipway deploy {target.environment}",
            ],
        )
    else:
        for item in channels:
            if item["sent"]:
                console.say(f"{console.paint.green('✓')} {item['channel']}: delivered")
                continue
            problem = Problem.from_dict(item["problem"])
            console.say(f"{console.paint.red('✗')} {item['channel']}: {problem.message}")
            console.say(*(f"  Hint: {hint}" for hint in problem.hints))
    if not all(item["sent"] for item in channels):
        raise click.exceptions.Exit(FAILED)
