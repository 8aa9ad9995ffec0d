"""The shipway.yaml that a project without one could begin with."""

from __future__ import annotations

from pathlib import Path

from shipway.compose import load
from shipway.errors import Problem
from shipway.spec.composition import default_files
from shipway.spec.facts import service_facts
from shipway.spec.routes import likely_services, propose_routes
from shipway.spec.values import FILE_NAMES


def no_spec(directory: Path, project: str, *, committed: bool) -> Problem:
    """Return the Problem for a project without shipway.yaml, with the lines to write.

    directory: the project's own; committed: whether it is what was looked at, and not a
    checkout of one of its commits.
    """
    name = FILE_NAMES[0]
    if not committed and any((directory / item).is_file() for item in FILE_NAMES):
        return Problem(
            "no-spec",
            f"the commit has no {name}; the one in {directory.name} is not committed.",
            hints=[f"git add {name} && git commit -m 'Deploy with Shipway'"],
        )
    where = directory.name or str(directory)
    return Problem(
        "no-spec",
        f"there is no {name} in {where}. A few lines are enough:",
        details=suggested_lines(directory, project),
        hints=["shipway init", f"write them to {name}, then: git add {name} && git commit"],
    )


def suggested_lines(directory: Path, project: str) -> tuple[str, ...]:
    """Return the lines of a first shipway.yaml, with the names of the project's services."""
    return (f"project: {project}", "routes:", *propose_routes(_services(directory)))


def _services(directory: Path) -> list[str]:
    files = default_files(directory)
    try:
        if not files:
            return ["api", "web"]
        model = load(directory, files, environment={}, project_directory=directory).model
        facts = service_facts(model["services"])
    except Problem:
        return ["api", "web"]  # unreadable for now: the lines show the form
    return likely_services(facts, {})
