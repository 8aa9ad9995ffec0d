"""From a checked-out commit to an Application."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shipway.model.application import Application
from shipway.spec.assemble import assemble
from shipway.spec.composition import compose_for
from shipway.spec.layers import resolve_layers
from shipway.spec.reader import load_spec
from shipway.spec.references import check_references
from shipway.spec.routes import declared_routes
from shipway.spec.tree import Tree


def load_application(
    source: Path,
    *,
    environment: str,
    local: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> Application:
    """Return the application of a commit as `environment` will run it.

    source: the checked-out tree of the commit's project directory, read only.
    local: the user's own working directory; what the commit does not hold (env files,
    keys, `.env`) is looked up there.  Its name is the project's default one.
    variables: further values, which win over all layers.
    Raises Problem, with file and line where there is one; never with a value.
    """
    source = source.absolute()
    tree = Tree(source=source, local=None if local is None else local.absolute())
    spec = load_spec(source, named=tree.local)
    layers = resolve_layers(spec, environment, source=source, local=tree.local, variables=variables)
    composition = compose_for(spec, environment, tree=tree, layers=layers)
    declared = spec.environment(environment)

    check_references(
        spec,
        declared,
        name=environment,
        routes=declared_routes(spec, declared) or (),
        active=tuple(composition.model.get("services") or {}),
        off=composition.off,
    )
    return assemble(
        spec=spec,
        environment=environment,
        model=composition.model,
        place=composition.place,
        layers=layers,
        tree=tree,
        notes=composition.notes,
    )
