"""The environment's layers: which variable has which value, and where it comes from.

Lowest first; a later layer wins:

    1. the Compose file's own `environment` and `env_file` of a service
    2. common env_files, in their order
    3. common variables
    4. the environment's env_files, in their order
    5. the environment's variables
    6. values from the environment's store: the vault
    7. values that the contract derives from others

1 belongs to each service and is merged when services are made; this module resolves 2 to 7.
The `.env` of the project directory is below all: it serves interpolation only, as in Compose.
So are the contract's defaults, which a service gets where it has no value of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath

from shipway.errors import Problem, SourceRef
from shipway.model.secret import is_own
from shipway.model.workload import SecretMap
from shipway.spec.contract.rules import Contract
from shipway.spec.contract.supply import address_of, derived, supplied
from shipway.spec.envfile import read_env_file
from shipway.spec.tree import Found, Tree
from shipway.spec.values import EnvFile, EnvironmentSpec, Spec, Variables


class Layer(StrEnum):
    """Where a value may come from, lowest first."""

    SERVICE = "service"  # Compose's environment and env_file of one service
    COMMON_FILE = "common env file"
    COMMON = "common variables"
    ENVIRONMENT_FILE = "environment's env file"
    ENVIRONMENT = "environment's variables"
    STORE = "vault"
    DERIVED = "derived by the contract"
    DEFAULT = "the contract's default"  # below all others


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A layer, and the place in its file where there is one."""

    layer: Layer
    source: SourceRef | None = None

    def __str__(self) -> str:
        return f"{self.layer.value} ({self.source})" if self.source else self.layer.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable with its origin; `overridden`: the lower layers that have it too."""

    key: str
    value: str = field(repr=False)
    origin: Origin
    overridden: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """All variables of an environment's layers 2 to 7.

    dotenv: the project directory's `.env`, for interpolation only; None: there is none.
    defaults: what the contract supplies where nothing else does, with its places.
    withheld: secrets that are mounted as files, or are Shipway's own: no variables.
    """

    variables: Mapping[str, Variable]
    dotenv: Found | None = None
    dotenv_values: SecretMap = field(default_factory=SecretMap)
    defaults: Mapping[str, Variable] = field(default_factory=dict)
    withheld: frozenset[str] = frozenset()

    @property
    def values(self) -> SecretMap:
        """Return the winning values."""
        return SecretMap({key: variable.value for key, variable in self.variables.items()})

    @property
    def seen_by_compose(self) -> SecretMap:
        """Return what `${NAME}` in a Compose file means: the values over those of `.env`."""
        defaults = {key: variable.value for key, variable in self.defaults.items()}
        return SecretMap({**defaults, **self.dotenv_values, **self.values})

    @property
    def interpolated(self) -> SecretMap:
        """Return the values that go before `.env`, defaults that it does not set among them."""
        defaults = {
            key: variable.value
            for key, variable in self.defaults.items()
            if key not in self.dotenv_values
        }
        return SecretMap({**defaults, **self.values})

    def replacing(self, keys: Collection[str]) -> dict[str, str]:
        """Return what the layers have for variables of a service that only has an image."""
        return {
            key: variable.value
            for key, variable in self.variables.items()
            if key in keys and key not in self.withheld
        }

    def given_to(self, service: str, contract: Contract, own: Mapping[str, str]) -> SecretMap:
        """Return the variables of a service that is built here, over its `own`.

        A secret of the vault, and what is made of some, reaches the services only that the
        contract names for it.
        """
        given = {
            key: variable.value
            for key, variable in self.variables.items()
            if key not in self.withheld
            and not (
                variable.origin.layer in {Layer.STORE, Layer.DERIVED}
                and key in contract
                and not contract[key].for_service(service)
            )
        }
        defaults = {
            key: variable.value
            for key, variable in self.defaults.items()
            if contract[key].for_service(service)
        }
        return SecretMap({**defaults, **own, **given})


def resolve_layers(
    spec: Spec,
    environment: str,
    *,
    source: Path,
    local: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> Layers:
    """Return the variables of an environment with their origins.

    source, local, variables: as in `load_application`.  Raises Problem
    `unknown-environment`, `env-file-missing`, `invalid-env-file`.
    """
    declared = spec.environment(environment)
    tree = Tree(source=source, local=local)
    store = variables or {}
    dotenv = _dotenv(spec, tree)
    resolved: dict[str, Variable] = {}
    below = _dotenv_values(dotenv)
    for key, value, origin in _all(
        spec, declared, environment, tree, _Lookup(store, resolved, below)
    ):
        _put(resolved, key, value, origin)
    for key, value in store.items():
        _put(resolved, key, value, Origin(layer=Layer.STORE))
    defaults = {
        key: Variable(key=key, value=value, origin=Origin(layer=Layer.DEFAULT, source=place))
        for key, value, place in supplied(spec.contract, environment)
        if key not in resolved
    }
    known = {
        **{key: item.value for key, item in defaults.items()},
        **below,
        **{key: item.value for key, item in resolved.items()},
    }
    for key, value, place in derived(spec.contract, known, address_of(declared, environment)):
        _put(resolved, key, value, Origin(layer=Layer.DERIVED, source=place))
        defaults.pop(key, None)
    mounted = {item.secret for item in (*spec.files, *declared.files) if item.secret}
    proxys = {declared.tls.pem, declared.tls.dns_credentials} if declared.tls else set()
    withheld = mounted | {key for key in store if is_own(key) or key in proxys}
    return Layers(
        variables=resolved,
        dotenv=dotenv,
        dotenv_values=SecretMap(below),
        defaults=defaults,
        withheld=frozenset(withheld),
    )


class _Lookup(Mapping[str, str]):
    """What `${NAME}` in an env file means: the store, the layers so far, `.env`."""

    def __init__(
        self, store: Mapping[str, str], resolved: Mapping[str, Variable], below: Mapping[str, str]
    ) -> None:
        self._store = store
        self._resolved = resolved
        self._below = below

    def __getitem__(self, key: str) -> str:
        if key in self._store:
            return self._store[key]
        if key in self._resolved:
            return self._resolved[key].value
        return self._below[key]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._below, **self._resolved, **self._store})

    def __len__(self) -> int:
        return len({**self._below, **self._resolved, **self._store})


def _all(
    spec: Spec,
    declared: EnvironmentSpec,
    name: str,
    tree: Tree,
    lookup: Mapping[str, str],
) -> Iterator[tuple[str, str, Origin]]:
    yield from _files(spec.env_files, Layer.COMMON_FILE, name, tree, lookup)
    yield from _declared(spec.variables, Layer.COMMON)
    yield from _files(declared.env_files, Layer.ENVIRONMENT_FILE, name, tree, lookup)
    yield from _declared(declared.variables, Layer.ENVIRONMENT)


def _files(
    files: tuple[EnvFile, ...], layer: Layer, name: str, tree: Tree, lookup: Mapping[str, str]
) -> Iterator[tuple[str, str, Origin]]:
    for file in files:
        path = file.path.replace("{environment}", name)
        found = tree.find(path, file.source)
        if found is None:
            if not file.required:
                continue
            raise Problem(
                "env-file-missing",
                f"the env file {path} of {name} is missing: looked for it in {tree.places()}.",
                hints=[
                    f"put it at {path} in the project's directory",
                    f"write {{path: {path}, required: false}} where it may be missing",
                ],
                source=file.source,
            )
        for key, value, line in read_env_file(found, lookup):
            yield key, value, Origin(layer=layer, source=SourceRef(path=found.shown, line=line))


def _declared(variables: Variables, layer: Layer) -> Iterator[tuple[str, str, Origin]]:
    for key, placed in variables.items():
        yield key, placed.value, Origin(layer=layer, source=placed.source)


def _put(resolved: dict[str, Variable], key: str, value: str, origin: Origin) -> None:
    before = resolved.get(key)
    overridden = () if before is None else (*before.overridden, before.origin)
    resolved[key] = Variable(key=key, value=value, origin=origin, overridden=overridden)


def _dotenv(spec: Spec, tree: Tree) -> Found | None:
    """Return the `.env` beside the first Compose file, as Docker Compose would; else the root's."""
    folder = PurePosixPath(spec.compose[0]).parent if spec.compose else PurePosixPath()
    return tree.find(str(folder / ".env")) or tree.find(".env")


def _dotenv_values(dotenv: Found | None) -> dict[str, str]:
    if dotenv is None or not dotenv.path.is_file():
        return {}
    return {key: value for key, value, _line in read_env_file(dotenv, {})}
