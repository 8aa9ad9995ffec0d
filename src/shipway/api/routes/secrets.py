"""Secrets of an environment: names and states to all who may ask, values to this machine only.

A value is answered by `reveal` alone, and only over the unix socket.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any

from fastapi import Depends
from pydantic import BaseModel, Field

from shipway.api.late import Routes
from shipway.api.routes.common import Asker, Environment, Services, Who
from shipway.errors import Problem
from shipway.model.access import Entrance
from shipway.model.names import EnvironmentId
from shipway.model.secret import NAME_PATTERN, Form, How, Making, secret_name
from shipway.rollout.secrets import held_by_data, waiting
from shipway.rollout.world import World

router = Routes(tags=["secrets"])

AT = "/projects/{project}/environments/{environment}/secrets"

Name = Annotated[str, Field(pattern=f"^{NAME_PATTERN}$")]


def _this_machine(asker: Asker) -> None:
    """Refuse whoever does not come over the unix socket, which only this user may open."""
    if asker.entrance is not Entrance.SOCKET:
        raise Problem(
            "only-here",
            "values of secrets are given on the server itself only.",
            hints=["shipway -H ssh://USER@SERVER secret get NAME"],
        )


OnlyHere = Depends(_this_machine)


class Change(BaseModel):
    """What is put and dropped."""

    put: dict[Name, str] = Field(default_factory=dict, repr=False)
    drop: Annotated[list[Name], Field(max_length=1000)] = []
    imported: bool = False


class HowMade(BaseModel):
    """How a secret is generated."""

    form: Form = Form.HEX
    size: Annotated[int, Field(ge=0, le=65_536)] = 0
    public: Name | None = None

    def making(self) -> Making:
        """Return the vault's value."""
        return Making(form=self.form, size=self.size, public=self.public)


class Generation(BaseModel):
    """Which secrets are generated; missing_only: those that are there stay."""

    making: dict[Name, HowMade]
    missing_only: bool = False


class Doppler(BaseModel):
    """Where Doppler is, where it is not at its usual address."""

    address: Annotated[str, Field(max_length=300)] | None = None


@router.get(AT)
def listed(
    service: Services, environment: Environment, version: int | None = None
) -> dict[str, Any]:
    """Return the names of the secrets, where they came from, and who knows them."""
    vault = service.world.vault
    operators = vault.operators.of(environment.project)
    return {
        "environment": environment.name,
        "version": version or vault.version(environment),
        "secrets": [
            {
                "name": item.name,
                "how": item.how,
                "at": item.at,
                "by": item.by,
                "known_to_left": sorted(
                    {who.name for who in operators if who.knows(environment.name, item)}
                ),
            }
            for item in vault.secrets(environment, version)
        ],
        "operators": [
            {
                "name": item.name,
                "since": item.since,
                "left": item.left,
                "environments": list(item.environments),
                "key": item.key,
            }
            for item in operators
        ],
        "waiting": waiting_view(service.world, environment),
    }


@router.post(AT)
def change(service: Services, environment: Environment, who: Who, wanted: Change) -> dict[str, Any]:
    """Put and drop secrets in one new version."""
    vault = service.world.vault
    before = vault.version(environment)
    missing = sorted(set(wanted.drop) - set(vault.values(environment)))
    if missing:
        raise Problem(
            "no-secret",
            f"{environment} has no secret {', '.join(missing)}. Nothing was changed.",
            hints=[f"shipway secret list -e {environment.name}"],
        )
    version = vault.change(
        environment,
        who=who,
        put=wanted.put,
        drop=wanted.drop,
        how=How.IMPORTED if wanted.imported else How.SET,
    )
    if version != before:
        action = "secret-import" if wanted.imported else "secret-set"
        told(service.world, who, action, environment, (wanted.put, version))
        told(service.world, who, "secret-unset", environment, (wanted.drop, version))
    return _changed(service.world, environment, before, version, [*wanted.put, *wanted.drop])


@router.post(f"{AT}/reveal", dependencies=[OnlyHere])
def reveal(
    service: Services, environment: Environment, who: Who, name: Name, version: int | None = None
) -> dict[str, Any]:
    """Return one value, to somebody on this machine."""
    values = service.world.vault.values(environment, version)
    if secret_name(name) not in values:
        raise Problem(
            "no-secret",
            f"{environment} has no secret {name}.",
            hints=[
                f"shipway secret list -e {environment.name}",
                f"shipway secret set {name} -e {environment.name}",
            ],
        )
    service.world.store.audit.add(who, "secret-get", environment, details={"names": name})
    return {"name": name, "value": values[name]}


@router.post(f"{AT}/generate")
def generate(
    service: Services, environment: Environment, who: Who, wanted: Generation
) -> dict[str, Any]:
    """Make secrets anew."""
    vault = service.world.vault
    before = vault.version(environment)
    there = vault.values(environment) if wanted.missing_only else {}
    making = {
        name: how.making()
        for name, how in wanted.making.items()
        if name not in there and (how.public is None or how.public not in there)
    }
    names = sorted({*making, *(rule.public for rule in making.values() if rule.public)})
    version = vault.generate(environment, making, who=who) if making else before
    if version != before:
        told(service.world, who, "secret-generate", environment, (names, version))
    return _changed(service.world, environment, before, version, names)


@router.post(f"{AT}/doppler")
def doppler(
    service: Services, environment: Environment, who: Who, wanted: Doppler
) -> dict[str, Any]:
    """Take over what Doppler has; what came from there and is gone there goes here too."""
    vault = service.world.vault
    before = vault.version(environment)
    version, names = vault.take_over(environment, who=who, address=wanted.address)
    if version != before:
        told(service.world, who, "secret-import", environment, (names, version))
    return _changed(service.world, environment, before, version, [*names])


@router.get(f"{AT}/versions")
def versions(service: Services, environment: Environment) -> dict[str, Any]:
    """Return the versions that are kept, newest first, and which releases run with them."""
    store = service.world.store
    used: dict[int, list[str]] = {}
    for placement in store.placements.in_environment(environment):
        number = store.secret_versions.of(environment, placement.release)
        if number is not None and placement.state != "removed":
            used.setdefault(number, []).append(placement.label)
    return {
        "versions": [
            {
                "version": item.number,
                "at": item.at,
                "by": item.by,
                "what": item.what,
                "names": list(item.names),
                "releases": used.get(item.number, []),
            }
            for item in service.world.vault.versions(environment)
        ]
    }


@router.post(f"{AT}/restore")
def restore(service: Services, environment: Environment, who: Who, version: int) -> dict[str, Any]:
    """Make a new version that is as an earlier one was."""
    vault = service.world.vault
    before = vault.version(environment)
    old = vault.values(environment)
    number = vault.restore(environment, version, who=who)
    new = vault.values(environment)
    names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    told(service.world, who, "secret-restore", environment, (names, number))
    return _changed(service.world, environment, before, number, names)


def told(
    world: World,
    who: str,
    action: str,
    environment: EnvironmentId,
    what: tuple[Collection[str], int],
) -> None:
    """Write names and the version to the audit trail, where there are any names."""
    names, version = what
    if names:
        details = {"names": ", ".join(sorted(names)), "version": version}
        world.store.audit.add(who, action, environment, details=details)


def _changed(
    world: World, environment: EnvironmentId, before: int, version: int, names: list[str]
) -> dict[str, Any]:
    return {
        "environment": environment.name,
        "version": version,
        "changed": version != before,
        "names": sorted(names),
        "held_by": {
            name: list(services)
            for name, services in held_by_data(world, environment, names, before).items()
        }
        if before and version != before
        else {},
        "waiting": waiting_view(world, environment),
    }


def waiting_view(world: World, environment: EnvironmentId) -> dict[str, Any] | None:
    """Return what the live release does not have yet, and what brings it in."""
    found = waiting(world, environment)
    if found is None:
        return None
    return {
        "environment": environment.name,
        "release": f"r{found.release}",
        "version": found.version,
        "latest": found.latest,
        "names": list(found.names),
        "command": found.command,
    }
