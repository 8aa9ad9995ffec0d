"""Which environment and service a command means where not all of it was typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shipway.api.client import Client
from shipway.cli.session import Session
from shipway.cli.which import must_exist
from shipway.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An environment of a project; `service` None: all of them.

    instances: the names that its instances have, as far as is known.
    """

    project: str
    environment: str
    service: str | None = None
    instances: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Return where the API has the environment."""
        return f"/projects/{self.project}/environments/{self.environment}"


def find_target(
    session: Session,
    client: Client,
    *,
    service: str | None,
    environment: str | None,
    hints: tuple[str, ...] = (),
) -> Target:
    """Return what is meant: production if something is live there, else staging.

    A single word that names an environment and no service is the environment.
    hints: what else can be typed where nothing is live.
    """
    project = session.project(client)
    views = client.get("/status", project=project)["environments"]
    known = {item["environment"]: item for item in views}
    if service is not None and service in known and environment is None:
        services = {item["name"] for view in views for item in view["services"]}
        if service not in services:
            service, environment = None, service
    if environment is None:
        environment = _default(
            project, [name for name, view in known.items() if view["live"]], hints
        )
    else:
        must_exist(session, client, project, environment, there=known)
    return Target(
        project=project,
        environment=environment,
        service=service,
        instances=_instances(known.get(environment), service),
    )


def leading_environment(
    session: Session, client: Client, words: tuple[str, ...], environment: str | None
) -> tuple[str | None, tuple[str, ...]]:
    """Return environment and command where a command's first word is one: `exec web staging -- ls`."""
    if environment is not None or len(words) < 2:
        return environment, words
    views = client.get("/status", project=session.project(client))["environments"]
    if words[0] in {item["environment"] for item in views}:
        return words[0], words[1:]
    return None, words


def _instances(view: dict[str, Any] | None, service: str | None) -> tuple[str, ...]:
    return tuple(
        f"{item['name']}-{index}"
        for item in (view["services"] if view else ())
        if service in {None, item["name"]}
        for index in range(1, item["wanted"] + 1)
    )


def _default(project: str, live: list[str], hints: tuple[str, ...]) -> str:
    """Return the environment that is meant by none."""
    for name in ("production", "staging", *live):
        if name in live:
            return name
    raise Problem(
        "nothing-live",
        f"nothing of {project} is live here.",
        hints=["shipway deploy", "shipway status", *hints],
    )
