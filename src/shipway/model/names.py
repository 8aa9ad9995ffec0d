"""Names of projects, environments, services and releases, and how they are checked.

Invariant: two different (project, environment, …) never give the same derived name.
Project and environment names hold no dot, so `.` separates them in everything that
is derived: `shop` in `staging` and a project called `shop-staging` can never meet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from shipway.errors import Problem

PROJECT_PATTERN = r"[a-z0-9][a-z0-9_-]{0,47}"
ENVIRONMENT_PATTERN = r"[a-z][a-z0-9-]{0,30}"
SERVICE_PATTERN = r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}"
ENVIRONMENTS_BY_DEFAULT = ("staging", "production")


def _checked(kind: str, pattern: str, value: str) -> str:
    if re.fullmatch(pattern, value):
        return value
    raise Problem(
        "invalid-name",
        f"{value!r} is not a {kind} name: it must match {pattern}.",
        hints=[f"choose a {kind} name of lower-case letters, digits and dashes"],
    )


def project_name(value: str) -> str:
    """Return `value` if it may name a project, else raise a Problem."""
    return _checked("project", PROJECT_PATTERN, value)


def environment_name(value: str) -> str:
    """Return `value` if it may name an environment, else raise a Problem."""
    return _checked("environment", ENVIRONMENT_PATTERN, value)


def service_name(value: str) -> str:
    """Return `value` if it may name a service, else raise a Problem."""
    return _checked("service", SERVICE_PATTERN, value)


def default_project(directory: Path) -> str:
    """Return the directory's name made into one that may name a project."""
    name = re.sub(r"[^a-z0-9_-]+", "-", directory.resolve().name.lower())
    return name.strip("-_")[:48].strip("-_") or "app"


def release_label(number: int) -> str:
    """Return a release's name as people write it: `r42`."""
    return f"r{number}"


def parse_release(label: str) -> int:
    """Return the number in `r42` or `42`, else raise a Problem."""
    match = re.fullmatch(r"r?([1-9][0-9]{0,8})", label)
    if match is None:
        raise Problem(
            "invalid-name",
            f"{label!r} is not a release: releases are called r1, r2, …",
            hints=["shipway releases"],
        )
    return int(match[1])


@dataclass(frozen=True, slots=True, order=True)
class EnvironmentId:
    """One environment of one project; written `project/environment`."""

    project: str
    name: str

    def __post_init__(self) -> None:
        project_name(self.project)
        environment_name(self.name)

    def __str__(self) -> str:
        return f"{self.project}/{self.name}"


@dataclass(frozen=True, slots=True)
class Scope:
    """What an instance, a network or a directory belongs to.

    `release` is a number, or None for what the environment itself owns: its stateful
    services, which no ordinary rollout replaces.
    """

    environment: EnvironmentId
    release: int | None = None

    @property
    def label(self) -> str:
        """Return the derived name: `shop.staging` or `shop.staging.r42`."""
        base = f"{self.environment.project}.{self.environment.name}"
        return base if self.release is None else f"{base}.{release_label(self.release)}"

    def __str__(self) -> str:
        return self.label
