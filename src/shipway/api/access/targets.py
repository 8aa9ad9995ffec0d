"""What a request is about: the project and the environment that a token must reach."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shipway.api.access.table import Target
from shipway.errors import Problem
from shipway.model.access import Principal
from shipway.ports_access import TokensPort
from shipway.ports_store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The parts of a request that can name what it is about."""

    path: Mapping[str, Any]
    query: Mapping[str, str]
    body: bytes


def reaches(
    principal: Principal, target: Target, asked: Asked, store: Store, tokens: TokensPort
) -> bool:
    """Return whether the request stays within what `principal` reaches."""
    if principal.project is None or target is Target.OWN:
        return True
    found = _about(target, asked, store, tokens)
    return found is not None and principal.reaches(*found)


def _about(
    target: Target, asked: Asked, store: Store, tokens: TokensPort
) -> tuple[str | None, str | None] | None:
    """Return (project, environment); None: nothing that a token could reach."""
    if target is Target.PATH:
        return asked.path.get("project"), asked.path.get("environment")
    if target is Target.QUERY:
        return asked.query.get("project"), asked.query.get("environment")
    if target is Target.BODY:
        return _of_body(asked.body, store)
    if target is Target.ROLLOUT:
        try:
            rollout = store.rollouts.get(int(asked.path["identifier"]))
        except (Problem, ValueError, OverflowError):
            return None
        return rollout.environment.project, rollout.environment.name
    if target is Target.TOKEN:
        for token in tokens.all():
            if str(token.id) == asked.path["identifier"]:
                return token.project, token.environment
    return None


def _of_body(body: bytes, store: Store) -> tuple[str | None, str | None] | None:
    try:
        value = json.loads(body)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    directory, project = value.get("directory"), value.get("project")
    if directory is not None:
        owners = [item.name for item in store.catalog.projects() if item.directory == directory]
        if not owners or project not in {None, owners[0]}:
            return None
        project = owners[0]
    environment = value.get("environment")
    if project is not None and not isinstance(project, str):
        return None
    return project, environment if isinstance(environment, str) else None
