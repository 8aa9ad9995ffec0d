"""What the project's own shipway.yaml sees to, so that a fault in a file cannot happen here."""

from __future__ import annotations

from pathlib import Path

from shipway.checks.facts.compose import Service
from shipway.checks.facts.paths import within
from shipway.spec import find_spec, load_spec
from shipway.spec.values import Spec


def spec_of(tree: Path) -> Spec | None:
    """Return the shipway.yaml of a directory, None where it has none.

    Raises Problem where the file is wrong.
    """
    return load_spec(tree) if find_spec(tree) is not None else None


def always_set(spec: Spec | None, services: tuple[Service, ...], key: str, path: str) -> bool:
    """Return whether a service that is built of a file, and needs a variable, always gets it.

    A rollout without it is refused, so that what the code takes without it is never taken.
    Which services need it is what the contract says.
    """
    rule = spec.contract.get(key) if spec is not None else None
    if rule is None or not (rule.required.always or rule.making):
        return False
    return any(
        rule.for_service(item.name)
        for item in services
        if (context := item.build_context()) and within(context, path)
    )
