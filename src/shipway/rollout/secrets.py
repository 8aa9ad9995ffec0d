"""What a change of secrets means for what runs, and for people: departures, redeploys."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from shipway.errors import Problem
from shipway.model.application import Service
from shipway.model.names import EnvironmentId, release_label
from shipway.model.secret import Departure, Form, How, Making, Secret, is_own
from shipway.model.workload import Role
from shipway.rollout.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An environment whose live release runs with older secrets than the vault has."""

    environment: EnvironmentId
    release: int
    version: int
    latest: int
    names: tuple[str, ...]

    @property
    def command(self) -> str:
        """Return what brings the new values in."""
        return f"shipway deploy {self.environment.name}"

    def __str__(self) -> str:
        names = ", ".join(self.names)
        return (
            f"{self.environment}: {release_label(self.release)} runs with version {self.version} "
            f"of the secrets, the latest is {self.latest} ({names})"
        )


def waiting(world: World, environment: EnvironmentId) -> Waiting | None:
    """Return what the live release does not have yet; None where it has all."""
    live = world.store.placements.live(environment)
    if live is None:
        return None
    version = world.store.secret_versions.of(environment, live.release) or 0
    latest = world.vault.version(environment)
    if version == latest:
        return None
    names = changed_names(world, environment, version, latest)
    if not names:
        return None
    return Waiting(
        environment=environment,
        release=live.release,
        version=version,
        latest=latest,
        names=names,
    )


def changed_names(world: World, environment: EnvironmentId, old: int, new: int) -> tuple[str, ...]:
    """Return the application's secrets that differ between two versions.

    All of the newer one's where the older is not kept any more.
    """
    after = world.vault.values(environment, new)
    try:
        before: Mapping[str, str] = world.vault.values(environment, old) if old else {}
    except Problem as problem:
        if problem.kind != "no-secret-version":
            raise
        before = {}
    return tuple(
        name
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name) and not is_own(name)
    )


def rotate_for_departure(
    world: World, project: str, name: str, *, who: str, making: Mapping[str, Making]
) -> Departure:
    """Take an operator's access away and make anew what can be made here.

    making: the contract's rules for generated secrets.  Safe to repeat: what was made anew
    since the departure is not made again.
    """
    gone = world.vault.operators.unshare(project, name)
    source: dict[str, tuple[str, ...]] = {}
    made: dict[str, tuple[str, ...]] = {}
    publics = {rule.public: private for private, rule in making.items() if rule.public}
    for environment in world.vault.environments(project):
        known = {
            item.name: item
            for item in world.vault.secrets(environment)
            if gone.knows(environment.name, item)
        }
        keepers = held_by_data(world, environment, known)
        again = {
            publics.get(item.name, item.name): rule
            for item in known.values()
            if item.name not in keepers and (rule := _again(item, publics, making)) is not None
        }
        if again:
            world.vault.generate(environment, again, who=who)
            made[environment.name] = tuple(sorted(again))
        left = sorted(set(known) - set(again) - {rule.public for rule in again.values()})
        if left:
            source[environment.name] = tuple(left)
    return Departure(recipient=gone, source=source, made=made)


def held_by_data(
    world: World, environment: EnvironmentId, names: Collection[str], version: int | None = None
) -> dict[str, tuple[str, ...]]:
    """Return the stateful services that keep these secrets' values, by name.

    A database takes its password from the environment once, when it is made: a new value in
    the vault alone would lock the application out.
    """
    live = world.store.placements.live(environment)
    if live is None:
        return {}
    app = world.applications.get(live.fingerprint)
    values = world.vault.values(environment, version)
    held: dict[str, tuple[str, ...]] = {}
    for name in names:
        value = values.get(name)
        keepers = tuple(
            service.name
            for service in app.of_role(Role.STATEFUL)
            if value and any(value in given for given in _told(service))
        )
        if keepers:
            held[name] = keepers
    return held


def _told(service: Service) -> list[str]:
    """Return all texts by which a service may know a secret."""
    command = service.definition.get("command") or ()
    words = [command] if isinstance(command, str) else [str(word) for word in command]
    return [*service.environment.values(), *words]


def _again(item: Secret, publics: Mapping[str, str], making: Mapping[str, Making]) -> Making | None:
    """Return how a secret is made anew: by the contract, else in the form that it has.

    None where it was issued elsewhere, or is half of a pair whose other half is not known.
    """
    rule = making.get(publics.get(item.name, item.name))
    if rule is not None or item.how is not How.GENERATED:
        return rule
    size = len(item.value)
    if size % 2 == 0 and size >= 32 and set(item.value) <= set("0123456789abcdef"):
        return Making(form=Form.HEX, size=size // 2)
    if size >= 16 and item.value.isascii() and item.value.isalnum():
        return Making(form=Form.PASSWORD, size=size)
    return None
