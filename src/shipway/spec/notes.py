"""Sentences for the user: guesses that were made, and what Shipway leaves aside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shipway.model.workload import Role
from shipway.spec.facts import ServiceFacts
from shipway.spec.images import is_proxy
from shipway.spec.roles import Guess


def guesses(facts: Mapping[str, ServiceFacts], roles: Mapping[str, Guess]) -> tuple[str, ...]:
    """Return the notes on services, in the order of the Compose file."""
    return tuple(note for name, item in facts.items() for note in _notes(item, roles[name]))


def _notes(service: ServiceFacts, guess: Guess) -> Iterator[str]:
    name, role = service.name, guess.role
    if guess.reason is not None:
        yield f"{name} is taken as {role.value}, because {guess.reason}."
    if role is Role.STATEFUL and service.published:
        yield f"{name}: its port {service.published[0]} is not published by Shipway."
    if role is Role.WEB and not service.build and is_proxy(service.image):
        yield (
            f"{name} is a web server in front of others; Shipway's ingress can take its place"
            " where it serves no files of its own: route to the services behind it."
        )
    if role is not Role.STATEFUL and service.build and service.volumes:
        yield (
            f"{name} mounts the volume {service.volumes[0]}: during a rollout the old and the"
            " new release use it at the same time."
        )
    yield from _hidden_code(service)


def _hidden_code(service: ServiceFacts) -> Iterator[str]:
    build = service.definition.get("build")
    if not isinstance(build, Mapping):
        return
    for mount in service.definition.get("volumes") or ():
        if mount.get("type") == "bind" and mount.get("source") == build.get("context"):
            yield (
                f"{service.name} mounts its own source over {mount.get('target')}: what was"
                " built into the image is hidden by it. Leave the mount to a Compose file"
                " for development."
            )
