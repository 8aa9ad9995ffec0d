"""What the contract itself supplies: defaults, fixed values, and values made of others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from shipway.errors import Problem, SourceRef
from shipway.model.addresses import address
from shipway.spec.contract.rules import Contract, Rule

if TYPE_CHECKING:
    from shipway.spec.values import EnvironmentSpec

_NAME = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)\}")
_CREDENTIALS = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://(?P<credentials>[^/?#]*)@")


def supplied(contract: Contract, environment: str) -> Iterator[tuple[str, str, SourceRef]]:
    """Yield (variable, value, place): the fixed value here, else the default."""
    for name, rule in contract.items():
        value = rule.fixed.get(environment, rule.default)
        if value is not None:
            yield name, value, rule.source


def address_of(environment: EnvironmentSpec, name: str) -> dict[str, str]:
    """Return what a template may say of the environment itself."""
    host = environment.hosts[0] if environment.hosts else "localhost"
    own = address(
        host, port=environment.port, tls=environment.tls is not None, path=environment.path
    )
    return {
        "SHIPWAY_URL": own,
        "SHIPWAY_WS_URL": f"ws{own.removeprefix('http')}",
        "SHIPWAY_HOST": host,
        "SHIPWAY_ENVIRONMENT": name,
    }


def derived(
    contract: Contract, values: Mapping[str, str], about: Mapping[str, str]
) -> Iterator[tuple[str, str, SourceRef]]:
    """Yield (variable, value, place) of what can be composed; what lacks a part is left out.

    values: of all layers; about: `address_of`.  Raises Problem `contract-circle`.
    """
    made: dict[str, str | None] = {}
    templates = {name: rule for name, rule in contract.items() if rule.derive is not None}

    def value_of(name: str, way: tuple[str, ...]) -> str | None:
        if name in way:
            circle = " → ".join((*way[way.index(name) :], name))
            raise Problem(
                "contract-circle",
                f"the contract derives {circle}: that has no beginning.",
                source=templates[name].source,
            )
        if name not in templates:
            return about.get(name) or values.get(name)
        if name not in made:
            parts = parts_of(templates[name])
            found = {part: value_of(part, (*way, name)) for part in parts}
            made[name] = compose(templates[name].derive or "", found)
        return made[name]

    for name, rule in templates.items():
        value = value_of(name, ())
        if value is not None:
            yield name, value, rule.source


def parts_of(rule: Rule) -> tuple[str, ...]:
    """Return the variables of which a derived one is made."""
    return tuple(dict.fromkeys(_NAME.findall(rule.derive or "")))


def compose(template: str, values: Mapping[str, str | None]) -> str | None:
    """Return the template with its values; None where one is missing or empty.

    Between `scheme://` and `@` a value is escaped, so that a password with / or @ in it
    stays one (RFC 3986, 3.2.1).
    """
    if any(not values.get(name) for name in _NAME.findall(template)):
        return None
    credentials = _CREDENTIALS.match(template)
    end = credentials.end("credentials") if credentials else 0

    def insert(match: re.Match[str]) -> str:
        value = values[match["name"]] or ""
        return quote(value, safe="") if match.start() < end else value

    return _NAME.sub(insert, template)
