"""The variables of an environment as they would be rolled out now: which, from where, whose.

Reads the working directory and the vault; changes nothing.  A secret's value never leaves:
what is shown of it is whether it is there, and whether two are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shipway.model.names import EnvironmentId
from shipway.rollout.world import World
from shipway.spec import explain, load_spec
from shipway.spec.contract.refuse import hint_for
from shipway.spec.contract.rules import Rule
from shipway.spec.explain import Explanation
from shipway.spec.layers import Layer
from shipway.spec.load import Loaded, load_and_judge
from shipway.spec.secretwords import is_secret, url_password

OWN = "SHIPWAY_ENVIRONMENT"


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableState:
    """One variable.  value None: it is secret, or has none; origin empty: nothing sets it."""

    key: str
    secret: bool
    present: bool
    value: str | None
    origin: str
    overridden: tuple[str, ...]
    services: tuple[str, ...]
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One variable, layer by layer and service by service."""

    state: VariableState
    rules: tuple[str, ...]
    services: Mapping[str, str]


def look(world: World, environment: EnvironmentId, directory: Path) -> Loaded:
    """Return what the working directory would be in an environment."""
    return load_and_judge(
        directory,
        environment=environment.name,
        variables=world.vault.values(environment),
    )


def states(loaded: Loaded) -> tuple[VariableState, ...]:
    """Return all variables that a service gets, a layer sets, or the contract declares."""
    keys = {
        *loaded.layers.variables,
        *loaded.spec.contract,
        *(key for service in loaded.app.services for key in service.environment),
    }
    return tuple(state_of(loaded, key) for key in sorted(keys - {OWN}))


def state_of(loaded: Loaded, key: str) -> VariableState:
    """Return one variable as the layers and the services have it."""
    rule = loaded.spec.contract.get(key)
    variable = loaded.layers.variables.get(key) or loaded.layers.defaults.get(key)
    holders = {
        service.name: service.environment[key]
        for service in loaded.app.services
        if key in service.environment
    }
    value = variable.value if variable else next(iter(holders.values()), "")
    secret = _hidden(key, value, rule) or (
        variable is not None and variable.origin.layer is Layer.STORE
    )
    origin = str(variable.origin) if variable else "Compose file" if holders else ""
    if key in loaded.layers.withheld:
        origin = f"{origin}, given to no service as a variable"
    return VariableState(
        key=key,
        secret=secret,
        present=bool(value),
        value=None if secret or not value else value,
        origin=origin,
        overridden=tuple(str(item) for item in variable.overridden) if variable else (),
        services=tuple(holders),
        about=rule.about if rule else "",
    )


def _hidden(key: str, value: str, rule: Rule | None) -> bool:
    if rule is not None and rule.secret is not None:
        return rule.secret or bool(url_password(value))
    return is_secret(key) or bool(url_password(value)) or "PRIVATE KEY-----" in value


def explain_one(world: World, environment: EnvironmentId, directory: Path, key: str) -> Explained:
    """Return where a variable comes from, by the layers and in each service."""
    loaded = look(world, environment, directory)
    found = explain(
        directory,
        key,
        environment=environment.name,
        variables=world.vault.values(environment),
    )
    own = {item.service: item for item in found if item.service is not None}
    services = {
        service.name: _way(own.get(service.name), state_of(loaded, key).origin)
        for service in loaded.app.services
        if key in service.environment
    }
    rule = loaded.spec.contract.get(key)
    return Explained(
        state=state_of(loaded, key),
        rules=tuple(_rules(rule, environment.name)) if rule else (),
        services=services,
    )


def _way(own: Explanation | None, layered: str) -> str:
    return str(own.variable.origin) if own is not None else layered


def _rules(rule: Rule, environment: str) -> list[str]:
    """Return a variable's rules in words."""
    needs = rule.required
    said = [needs.why(environment)] if needs.always or needs.environments or needs.when else []
    if rule.making is not None:
        said.append(f"generated: {rule.making}")
    elif rule.comes is not None:
        said.append(rule.comes.value)
    if rule.derive is not None:
        said.append(f"made of {rule.derive}")
    if rule.type is not None:
        said.append(f"type {rule.type.value}")
    if rule.allowed:
        said.append(f"one of {', '.join(rule.allowed)}")
    if rule.min_length is not None:
        said.append(f"at least {rule.min_length} characters")
    if environment in rule.fixed:
        said.append(f"fixed in {environment}")
    if rule.equals:
        said.append(f"same as {rule.equals}")
    if rule.group:
        said.append(f"group {rule.group}: all or none")
    if rule.services is not None:
        said.append(f"for {', '.join(item.value for item in rule.services) or 'no service'}")
    return said


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One variable in two environments: only-old, only-new, differs or same."""

    key: str
    secret: bool
    state: str


def compare(
    world: World, old: EnvironmentId, new: EnvironmentId, directory: Path
) -> tuple[Compared, ...]:
    """Return how each variable differs; never with a value."""
    sides = [look(world, item, directory) for item in (old, new)]
    values = [_values(item) for item in sides]
    found = []
    for key in sorted(values[0].keys() | values[1].keys()):
        one, two = values[0].get(key), values[1].get(key)
        state = "differs"
        if one is None:
            state = "only-new"
        elif two is None:
            state = "only-old"
        elif one == two:
            state = "same"
        secret = any(state_of(side, key).secret for side in sides)
        found.append(Compared(key=key, secret=secret, state=state))
    return tuple(found)


def _values(loaded: Loaded) -> dict[str, str]:
    """Return each variable's value, told apart by service where services differ."""
    found: dict[str, str] = {}
    for key, variable in {**loaded.layers.defaults, **loaded.layers.variables}.items():
        if variable.value:
            found[key] = variable.value
    for service in loaded.app.services:
        for key, value in service.environment.items():
            if key not in loaded.layers.variables and key != OWN and value:
                found[key] = found.get(key, "") + f"\0{service.name}={value}"
    return found


def faults(
    world: World, environment: EnvironmentId, directory: Path
) -> tuple[tuple[str, str, bool], ...]:
    """Return (what is wrong, what mends it, whether it blocks) of an environment."""
    loaded = look(world, environment, directory)
    spec = loaded.spec
    return tuple(
        (
            str(verdict),
            hint_for(spec.contract, environment.name, verdict, spec=spec.source.path),
            verdict.blocks,
        )
        for verdict in loaded.verdicts
    )


def declared_environments(directory: Path) -> tuple[str, ...]:
    """Return the environments that shipway.yaml declares."""
    return tuple(load_spec(directory).environments)
