"""Services that the owner sets aside: the Compose model without them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.spec.values import Spec


def set_aside(spec: Spec, model: Mapping[str, Any]) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """Return the model without services whose `deploy` is false, and a note for each.

    Who depends on one of them no longer does.
    """
    names = {name for name, item in spec.services.items() if not item.deploy}
    services = model.get("services") or {}
    if not names & services.keys():
        return model, ()
    kept = {
        name: _without(definition, names)
        for name, definition in services.items()
        if name not in names
    }
    notes = tuple(
        f"{name} is set aside: services.{name}.deploy is false."
        for name in services
        if name in names
    )
    return {**model, "services": kept}, notes


def _without(definition: Mapping[str, Any], names: set[str]) -> Mapping[str, Any]:
    depends = definition.get("depends_on")
    if not depends:
        return definition
    if isinstance(depends, Mapping):
        left: Any = {name: item for name, item in depends.items() if name not in names}
    else:
        left = [name for name in depends if name not in names]
    return {**definition, "depends_on": left}
