"""What the commands about secrets have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from shipway.api.client import Client
from shipway.cli.console import Console
from shipway.cli.session import Session
from shipway.cli.which import environment_option, must_be_declared, must_exist
from shipway.model.words import plural

F = TypeVar("F", bound=Callable[..., Any])
View = dict[str, Any]
NAMES_SHOWN = 6


def env_option(command: F) -> F:
    """Add `-e ENV`, staging where none is named."""
    return environment_option(help="The environment.", default="staging", show_default=True)(
        command
    )


def reach(session: Session, environment: str) -> tuple[Client, str]:
    """Return a client, and the path of an environment's secrets.

    Raises Problem where there is no such environment.
    """
    client = session.client()
    project = session.project(client)
    here = session.declared()
    if here is None:
        must_exist(session, client, project, environment)
    else:  # a preview has no secrets of its own
        must_be_declared(here, environment)
    return client, f"/projects/{project}/environments/{environment}/secrets"


def say_changed(console: Console, answer: View, done: str) -> None:
    """Tell what was changed, and what runs without it yet."""
    if console.json:
        console.emit(answer)
        return
    if not answer["changed"]:
        console.say(f"Nothing to change in {answer['environment']}: it has these values already.")
        return
    what = ", ".join(answer["names"]) if len(answer["names"]) <= NAMES_SHOWN else ""
    what = what or plural(len(answer["names"]), "secret")
    console.say(f"{answer['environment']}: {what} {done} (version {answer['version']}).")
    for name, services in answer.get("held_by", {}).items():
        console.say(
            f"{', '.join(services)} was made with the old {name} and keeps it: change it there "
            "first, or the application is locked out by the next rollout."
        )
    say_waiting(console, answer["waiting"])


def say_waiting(console: Console, waiting: View | None) -> None:
    """Tell which release runs with older secrets, and what brings the new ones in."""
    if waiting is not None:
        names = waiting["names"]
        what = ", ".join(names) if len(names) <= NAMES_SHOWN else plural(len(names), "new secret")
        console.say(
            f"{waiting['release']} in {waiting['environment']} runs without {what} until: "
            f"{console.paint.cyan(waiting['command'])}"
        )
