"""A variable's rules, as shipway.yaml declares them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from shipway.errors import SourceRef
from shipway.model.secret import Making
from shipway.spec.kinds import Placed
from shipway.spec.secretwords import is_secret


class Type(StrEnum):
    """What a value is."""

    STRING = "string"
    INT = "int"
    BOOL = "bool"
    URL = "url"
    HEX = "hex"
    BASE64 = "base64"
    JSON = "json"
    PATH = "path"
    EMAIL = "email"
    LIST = "list"


class Source(StrEnum):
    """Where a value is to come from."""

    MANUAL = "manual"  # a person sets it
    GENERATED = "generated"  # `shipway secret generate` makes it
    DERIVED = "derived"  # composed of others
    INJECTED = "injected"  # the Compose file gives it to the service
    COMMON = "common"  # the same in every environment
    PER_ENVIRONMENT = "per-environment"  # another in each


ANY = "*"
"""In a condition: whatever the other variable's value is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Required:
    """When a variable must have a value.

    environments: only in these; when: only where another variable has one of these values
    (`*`: any).  With neither: never, unless `always`.
    """

    always: bool = False
    environments: tuple[str, ...] = ()
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def holds(self, environment: str, values: Mapping[str, str]) -> bool:
        """Return whether it is required in an environment, beside these other values."""
        if self.always or environment in self.environments:
            return True
        return bool(self.when) and all(
            values.get(key, "") in wanted or (ANY in wanted and bool(values.get(key)))
            for key, wanted in self.when.items()
        )

    def why(self, environment: str) -> str:
        """Return the reason in words."""
        if self.when and not self.always and environment not in self.environments:
            said = " and ".join(
                f"{key} is set" if ANY in wanted else f"{key} is {' or '.join(wanted)}"
                for key, wanted in self.when.items()
            )
            return f"required where {said}"
        return f"required in {environment}" if self.environments else "required"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The rules of one variable.  None and empty: nothing is said.

    services: that need it, and the only ones that a secret of the vault is given to.
    fixed: the value that it must have, by environment; supplied where nothing sets it.
    derive: a template, `${NAME}` in it stands for other variables.
    same: every service that has it must have the same value.
    """

    name: str
    source: SourceRef
    services: tuple[Placed[str], ...] | None = None
    required: Required = field(default_factory=Required)
    secret: bool | None = None
    type: Type | None = None
    allowed: tuple[str, ...] = ()
    min_length: int | None = None
    pattern: str | None = None
    default: str | None = field(default=None, repr=False)
    fixed: Mapping[str, str] = field(default_factory=dict, repr=False)
    comes: Source | None = None
    generate: Making | None = None
    derive: str | None = field(default=None, repr=False)
    build_time: bool = False
    equals: str | None = None
    same: bool = False
    group: str | None = None
    about: str = ""
    example: str = ""

    @property
    def is_secret(self) -> bool:
        """Return whether it is one: as said, else by its name."""
        return is_secret(self.name) if self.secret is None else self.secret

    @property
    def making(self) -> Making | None:
        """Return how it is generated; None where it is not."""
        return self.generate or (Making() if self.comes is Source.GENERATED else None)

    def for_service(self, service: str) -> bool:
        """Return whether the rule speaks of a service."""
        return self.services is None or service in {item.value for item in self.services}


Contract = Mapping[str, Rule]


def makings(contract: Contract) -> dict[str, Making]:
    """Return how each generated secret is made."""
    return {name: rule.making for name, rule in contract.items() if rule.making is not None}
