"""GitHub's workflows from the project's own facts: ci.yml and deploy.yml.  Pure.

ci.yml lints, checks types and tests every part of the repository beside the databases that
the application really uses.  deploy.yml calls `shipway`, with a token from a secret: staging
by itself, production on a tag and after somebody's approval; nothing is built twice.
https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shipway.generate.github_steps import CHECKOUT, SETUP_PYTHON, setup_steps, work_steps
from shipway.generate.stores import StoreJob
from shipway.toolchain.parts import Language, Part

RUNNER = "ubuntu-latest"
TAGS = "v*"
TIMEOUT_MIN = 30
FILES_JOB = "deployment-files"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartJob:
    """A part with the databases that its tests ask for, and the variables that name them."""

    part: Part
    stores: tuple[StoreJob, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An environment of shipway.yaml.  url: where people reach it; empty: not known."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What the workflows are made of.

    branch: what is merged there goes to staging.  requests_to: branches of pull requests.
    version: of Shipway, the same as on the server.
    """

    name: str
    version: str
    jobs: tuple[PartJob, ...]
    staging: Target | None
    production: Target | None
    branch: str = "main"
    requests_to: tuple[str, ...] = ("develop", "main")
    directory: str = ""


def job_names(jobs: Sequence[PartJob]) -> tuple[str, ...]:
    """Return a name for each part's job: that of its directory, made one of its own."""
    names: list[str] = []
    for job in jobs:
        name = re.sub(r"[^a-z0-9_-]+", "-", job.part.name.lower()).strip("-") or "part"
        if name in (*names, FILES_JOB):
            name = f"{name}-{job.part.language.value}"
        while name in names:
            name += "-2"
        names.append(name)
    return tuple(names)


def ci(project: Project) -> dict[str, Any]:
    """Return ci.yml: for pull requests, and for deploy.yml, which calls it."""
    names = job_names(project.jobs)
    return {
        "name": "CI",
        "on": {
            "pull_request": {"branches": list(project.requests_to)},
            "workflow_call": {},
        },
        "permissions": {"contents": "read"},
        "concurrency": {
            "group": "ci-${{ github.workflow }}-${{ github.ref }}",
            "cancel-in-progress": "${{ github.event_name == 'pull_request' }}",
        },
        "jobs": {
            **{name: _part_job(job) for name, job in zip(names, project.jobs, strict=True)},
            FILES_JOB: _files_job(project),
        },
    }


def _part_job(job: PartJob) -> dict[str, Any]:
    part = job.part
    found: dict[str, Any] = {"runs-on": RUNNER, "timeout-minutes": TIMEOUT_MIN}
    if job.stores:
        found["services"] = {store.name: store.as_service() for store in job.stores}
    if job.environment:
        found["env"] = dict(job.environment)
    if part.directory:
        found["defaults"] = {"run": {"working-directory": part.directory}}
    found["steps"] = [CHECKOUT, *setup_steps(part), *work_steps(part)]
    return found


def _files_job(project: Project) -> dict[str, Any]:
    """Return the job that reads Compose files, Dockerfiles and shipway.yaml as Shipway will."""
    return {
        "runs-on": RUNNER,
        "timeout-minutes": 10,
        **_below(project),
        "steps": [
            CHECKOUT,
            SETUP_PYTHON,
            {"name": "Install Shipway", "run": f"pip install shipway=={project.version}"},
            {"name": "Checklist", "run": "shipway check --static"},
        ],
    }


def deploy(project: Project) -> dict[str, Any]:
    """Return deploy.yml.  Staging on a push to the branch; production on a tag, approved."""
    jobs: dict[str, Any] = {}
    if project.staging is not None:
        jobs["ci"] = {"if": _staging_if(project), "uses": "./.github/workflows/ci.yml"}
        jobs["staging"] = {
            "needs": "ci",
            "if": _staging_if(project),
            **_deploy_job(
                project,
                project.staging,
                f'shipway deploy {project.staging.name} --fetch --ref "$GITHUB_SHA" -y',
            ),
        }
    if project.production is not None:
        jobs["production"] = {
            "if": _production_if(project),
            **_deploy_job(project, project.production, _promotion(project)),
        }
    options = [item.name for item in (project.staging, project.production) if item is not None]
    return {
        "name": "Deploy",
        "on": {
            "push": {"branches": [project.branch], "tags": [TAGS]},
            "workflow_dispatch": {
                "inputs": {
                    "environment": {
                        "description": "Where to",
                        "type": "choice",
                        "required": True,
                        "options": options,
                    }
                }
            },
        },
        "permissions": {"contents": "read"},
        # a second deployment waits for the first; none is cut off in the middle
        "concurrency": {"group": f"deploy-{project.name}", "cancel-in-progress": False},
        "jobs": jobs,
    }


def _staging_if(project: Project) -> str:
    name = project.staging.name if project.staging else ""
    return f"github.ref_type == 'branch' && (github.event_name == 'push' || inputs.environment == '{name}')"


def _production_if(project: Project) -> str:
    name = project.production.name if project.production else ""
    return f"startsWith(github.ref, 'refs/tags/v') || inputs.environment == '{name}'"


def _promotion(project: Project) -> str:
    """Return the command: the very artifacts that staging proved, of this commit and no other."""
    source, target = project.staging, project.production
    words = ["shipway promote"]
    if source is not None and source.name != "staging":
        words.append(f"--from {source.name}")
    if target is not None and target.name != "production":
        words.append(f"--to {target.name}")
    return " ".join([*words, '--commit "$GITHUB_SHA"', "-y"])


def _deploy_job(project: Project, target: Target, command: str) -> dict[str, Any]:
    environment: dict[str, str] = {"name": target.name}
    if target.url:
        environment["url"] = target.url
    return {
        "runs-on": RUNNER,
        "timeout-minutes": 60,
        "environment": environment,
        "env": {
            "SHIPWAY_URL": "${{ vars.SHIPWAY_URL }}",
            "SHIPWAY_TOKEN": "${{ secrets.SHIPWAY_TOKEN }}",
        },
        **_below(project),
        "steps": [
            CHECKOUT,
            SETUP_PYTHON,
            {"name": "Install Shipway", "run": f"pip install shipway=={project.version}"},
            {"name": f"Bring it to {target.name}", "run": command},
        ],
    }


def _below(project: Project) -> dict[str, Any]:
    if not project.directory:
        return {}
    return {"defaults": {"run": {"working-directory": project.directory}}}


CI_HEADING = """\
# Written by `shipway generate github-actions` from the project's own files; it may be changed.
# Each part of the repository is linted, type-checked and tested beside the databases that
# the Compose file names, in the same images.
"""

DEPLOY_HEADING = """\
# Written by `shipway generate github-actions`; it may be changed.
#
# {branch} goes to staging by itself. A tag v* goes to production, when somebody has approved:
#   GitHub: Settings, Environments, production, "Required reviewers".
# The server builds and keeps the artifacts; production gets the ones that staging proved.
#   SHIPWAY_URL    a variable: where the server's API is reached (shipway dashboard)
#   SHIPWAY_TOKEN  a secret of each environment: shipway token create ci, on the server
# The server fetches the commit itself: its checkout wants a remote that it may read.
"""


def languages(project: Project) -> tuple[Language, ...]:
    """Return the languages that CI sets up."""
    return tuple(dict.fromkeys(job.part.language for job in project.jobs))
