"""secret versions, restore: values as they were."""

from __future__ import annotations

import time

import click

from shipway.cli.secret_kit import env_option, reach, say_changed
from shipway.cli.session import Session, json_option, pass_session, yes_option
from shipway.cli.text import ago, clip, harmless, table

WHAT_COLUMNS = 60


@click.command()
@env_option
@json_option
@pass_session
def versions(session: Session, environment: str) -> None:
    """List the versions, newest first, and the releases that run with each."""
    client, path = reach(session, environment)
    answer = client.get(f"{path}/versions")
    console = session.console
    if console.json:
        console.emit(answer)
        return
    rows = table(
        [
            (
                str(item["version"]),
                ago(item["at"], time.time()),
                harmless(item["by"]),
                clip(harmless(item["what"]), WHAT_COLUMNS),
                ", ".join(item["releases"]),
            )
            for item in answer["versions"]
        ]
    )
    console.say(*(rows or [f"{environment} has no secrets yet: shipway secret set NAME"]))


@click.command()
@click.argument("version", type=click.IntRange(1))
@env_option
@yes_option
@json_option
@pass_session
def restore(session: Session, version: int, environment: str, *, yes: bool) -> int:
    """Bring the values of VERSION back, as a new version."""
    client, path = reach(session, environment)
    console = session.console
    now = {item["name"] for item in client.get(path)["secrets"]}
    then = {item["name"] for item in client.get(path, version=version)["secrets"]}
    if not console.json:
        console.say(f"{environment}: all values as in version {version}.")
        for title, names in (("comes back", then - now), ("goes", now - then)):
            if names:
                console.say(f"  {title}: {', '.join(sorted(names))}")
    if not console.confirm("Go ahead?", yes=yes):
        console.say("Nothing was changed.")
        return 1
    answer = client.post(f"{path}/restore", version=version)
    say_changed(console, {**answer, "names": answer["names"] or ["nothing"]}, "brought back")
    return 0
