"""From a checked-out commit to an Application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from shipway.model.application import Application
from shipway.spec.assemble import assemble
from shipway.spec.composition import compose_for
from shipway.spec.contract.given import given_to_all, missing_files
from shipway.spec.contract.judge import Verdict, judge
from shipway.spec.contract.refuse import refusal
from shipway.spec.layers import Layer, Layers, resolve_layers
from shipway.spec.preview import PreviewPlace, with_preview
from shipway.spec.reader import load_spec
from shipway.spec.references import check_references
from shipway.spec.routes import declared_routes
from shipway.spec.tree import Tree
from shipway.spec.values import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """An application, with what it was made of, and what its contract says of it."""

    app: Application
    spec: Spec
    layers: Layers
    verdicts: tuple[Verdict, ...]


def load_application(
    source: Path,
    *,
    environment: str,
    local: Path | None = None,
    variables: Mapping[str, str] | None = None,
    preview: PreviewPlace | None = None,
) -> Application:
    """Return the application of a commit as `environment` will run it.

    source: the checked-out tree of the commit's project directory, read only.
    local: the user's own working directory; what the commit does not hold (env files,
    keys, `.env`) is looked up there.  Its name is the project's default one.
    variables: the environment's secrets, which win over all layers that a file sets.
    preview: what the environment is, where it is one that no file declares.
    Raises Problem, with file and line where there is one; never with a value.  Problem
    `contract-broken`: the values are not what the contract, or common sense, demands.
    """
    loaded = load_and_judge(
        source, environment=environment, local=local, variables=variables, preview=preview
    )
    spec = loaded.spec
    problem = refusal(spec.contract, environment, loaded.verdicts, spec=spec.source.path)
    if problem is not None:
        raise problem
    notes = tuple(f"{verdict}." for verdict in loaded.verdicts)
    return replace(loaded.app, notes=(*loaded.app.notes, *notes)) if notes else loaded.app


def load_and_judge(
    source: Path,
    *,
    environment: str,
    local: Path | None = None,
    variables: Mapping[str, str] | None = None,
    preview: PreviewPlace | None = None,
) -> Loaded:
    """Return the application as `load_application` does, without refusing its values."""
    source = source.absolute()
    tree = Tree(source=source, local=None if local is None else local.absolute())
    spec = load_spec(source, named=tree.local)
    if preview is not None:
        spec = with_preview(spec, environment, preview)
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
    app = assemble(
        spec=spec,
        environment=environment,
        composition=composition,
        layers=layers,
        tree=tree,
    )
    commons = {
        key
        for key, variable in layers.variables.items()
        if variable.origin.layer in {Layer.COMMON, Layer.COMMON_FILE}
    }
    files = (*spec.files, *declared.files)
    given = given_to_all(app, files, layers.values)
    verdicts = judge(
        spec.contract, environment, given, layered=layers.seen_by_compose, commons=commons
    )
    more = tuple(missing_files(files, layers.values, verdicts))
    return Loaded(app=app, spec=spec, layers=layers, verdicts=(*verdicts, *more))
