"""Variables of an environment as they would be rolled out now; a secret's value never leaves.

They are read from the working directory, which the asker names as for a rollout.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field

from shipway.api.late import Routes
from shipway.api.routes.common import Environment, Services
from shipway.errors import Problem
from shipway.model.names import ENVIRONMENT_PATTERN, EnvironmentId
from shipway.rollout.variables import (
    compare,
    declared_environments,
    explain_one,
    faults,
    look,
    states,
)
from shipway.spec import load_spec

router = Routes(
    prefix="/projects/{project}/environments/{environment}/variables", tags=["variables"]
)


class Where(BaseModel):
    """The project's working directory."""

    directory: Annotated[str, Field(max_length=4096, pattern="^/")]


class One(Where):
    """One variable."""

    key: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$", max_length=200)]


class Other(Where):
    """Another environment."""

    other: Annotated[str, Field(pattern=f"^{ENVIRONMENT_PATTERN}$")]


@router.post("")
def listed(service: Services, environment: Environment, where: Where) -> dict[str, Any]:
    """Return all variables, from where they come and which services get them."""
    loaded = look(service.world, environment, _checked(where, environment))
    return {
        "environment": environment.name,
        "variables": [asdict(item) for item in states(loaded)],
    }


@router.post("/explain")
def explained(service: Services, environment: Environment, one: One) -> dict[str, Any]:
    """Return every layer that sets a variable, which one wins, and what each service gets."""
    found = explain_one(service.world, environment, _checked(one, environment), one.key)
    return {
        "environment": environment.name,
        **asdict(found.state),
        "rules": list(found.rules),
        "services": dict(found.services),
    }


@router.post("/compare")
def compared(service: Services, environment: Environment, other: Other) -> dict[str, Any]:
    """Return how each variable differs between two environments, without values."""
    directory = _checked(other, environment)
    found = compare(
        service.world, environment, EnvironmentId(environment.project, other.other), directory
    )
    return {
        "old": environment.name,
        "new": other.other,
        "variables": [asdict(item) for item in found],
    }


@router.post("/check")
def checked(service: Services, environment: Environment, where: Where) -> dict[str, Any]:
    """Return where the values do not keep the contract."""
    directory = _checked(where, environment)
    return {
        "environment": environment.name,
        "environments": list(declared_environments(directory)),
        "faults": [
            {"said": said, "hint": hint, "blocks": blocks}
            for said, hint, blocks in faults(service.world, environment, directory)
        ],
    }


def _checked(where: Where, environment: EnvironmentId) -> Path:
    """Return the directory, if it is the project's."""
    directory = Path(where.directory)
    name = load_spec(directory).project
    if name != environment.project:
        raise Problem(
            "no-project",
            f"{directory} is the project {name}, not {environment.project}.",
            hints=[f"shipway -C DIRECTORY env list {environment.name}"],
        )
    return directory
