"""GitHub workflows: jobs with their conditions, lines kept."""

from __future__ import annotations

from dataclasses import dataclass

from shipway.checks.facts.files import Files
from shipway.checks.facts.positions import Value, read_positions


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job.  condition: its `if`, without `${{ }}`."""

    name: str
    body: Value
    condition: str
    condition_line: int
    needs: tuple[str, ...]

    @property
    def environment(self) -> str:
        """Return the GitHub environment that it deploys to; empty for none."""
        found = self.body.get("environment")
        return found.text or found.get("name").text


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """One file."""

    path: str
    body: Value
    jobs: tuple[Job, ...]

    def job(self, name: str) -> Job | None:
        """Return a job, None where there is none of this name."""
        return next((job for job in self.jobs if job.name == name), None)

    @property
    def events(self) -> dict[str, Value]:
        """Return what starts it, by event."""
        found = self.body.get("on")
        if found.items:
            return found.items
        return {name: Value(found.line) for name in found.listed()}


def workflows(files: Files) -> tuple[Workflow, ...]:
    """Return every workflow that has jobs."""
    found = []
    for path in files.paths:
        if not path.startswith(".github/workflows/") or not path.endswith((".yml", ".yaml")):
            continue
        body = read_positions(files.text(path))
        jobs = tuple(_job(name, item) for name, item in body.get("jobs").items.items())
        if jobs:
            found.append(Workflow(path=path, body=body, jobs=jobs))
    return tuple(found)


def _job(name: str, body: Value) -> Job:
    condition = body.get("if")
    text = condition.text.strip().removeprefix("${{").removesuffix("}}").strip()
    return Job(
        name=name,
        body=body,
        condition=text,
        condition_line=condition.line,
        needs=body.get("needs").listed(),
    )
