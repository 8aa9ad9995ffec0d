"""What the pages share: the project of an address, and going elsewhere after a form."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path
from starlette.responses import RedirectResponse

from shipway.api.routes.common import Services
from shipway.errors import Problem
from shipway.model.names import PROJECT_PATTERN, EnvironmentId
from shipway.model.records import Project

# after a restore or a promotion one reads these first
ORDER = {"production": 0, "staging": 1, "development": 2}


def _project(
    service: Services, project: Annotated[str, Path(pattern=f"^{PROJECT_PATTERN}$")]
) -> Project:
    found = service.world.store.catalog.project(project)
    if found is None:
        raise Problem("no-project", f"{project} was never deployed here.", hints=["shipway deploy"])
    return found


Known = Annotated[Project, Depends(_project)]


def environments_of(service: Services, project: str) -> list[EnvironmentId]:
    """Return a project's environments, production first."""
    found = [item for item, _engine in service.world.store.catalog.environments(project)]
    return sorted(found, key=lambda item: (ORDER.get(item.name, 3), item.name))


def chosen_environment(service: Services, project: str, wanted: str | None) -> EnvironmentId | None:
    """Return the environment that a page shows: the wanted, else the first, None without any."""
    known = environments_of(service, project)
    for item in known:
        if item.name == wanted:
            return item
    if wanted is not None:
        raise Problem("no-environment", f"{project} has no environment {wanted}.")
    return known[0] if known else None


def go(address: str) -> RedirectResponse:
    """Return the answer to a form: look there now."""
    return RedirectResponse(address, status_code=303)
