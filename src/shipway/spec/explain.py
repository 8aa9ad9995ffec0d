"""Which value a variable has in each service, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shipway.spec.composition import Composition, compose_for
from shipway.spec.layers import Layer, Layers, Origin, Variable, resolve_layers
from shipway.spec.reader import load_spec
from shipway.spec.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A variable as one service gets it; service None: as the layers have it."""

    service: str | None
    variable: Variable

    def __str__(self) -> str:
        owner = self.service or "all built services"
        below = "".join(f", over {origin}" for origin in reversed(self.variable.overridden))
        return f"{owner}: {self.variable.key} from {self.variable.origin}{below}"


def explain(
    source: Path,
    key: str,
    *,
    environment: str,
    local: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> tuple[Explanation, ...]:
    """Return where `key` comes from: by the layers, then in every service that has it.

    The other arguments are those of `load_application`.  Raises Problem.
    """
    source = source.absolute()
    tree = Tree(source=source, local=None if local is None else local.absolute())
    spec = load_spec(source, named=tree.local)
    layers = resolve_layers(spec, environment, source=source, local=tree.local, variables=variables)
    composition = compose_for(spec, environment, tree=tree, layers=layers)
    return tuple(_explanations(key, layers, composition))


def _explanations(key: str, layers: Layers, composition: Composition) -> Iterator[Explanation]:
    layered = layers.variables.get(key)
    if layered is not None:
        yield Explanation(service=None, variable=layered)
    for name, definition in composition.model["services"].items():
        own = (definition.get("environment") or {}).get(key)
        if own is None:
            continue
        place = composition.place("services", name, "environment", key)
        origin = Origin(layer=Layer.SERVICE, source=place)
        reached = definition.get("build") or key in composition.out_of_files(name)
        if layered is not None and reached:
            variable = Variable(
                key=key,
                value=layered.value,
                origin=layered.origin,
                overridden=(origin, *layered.overridden),
            )
        else:
            variable = Variable(key=key, value=str(own), origin=origin)
        yield Explanation(service=name, variable=variable)
