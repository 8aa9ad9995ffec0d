"""generate github-actions, generate vscode: files that the project's own facts decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from shipway.cli.session import Session, json_option, pass_session, yes_if_asked
from shipway.errors import Problem, SourceRef

if TYPE_CHECKING:
    from shipway.cli.project_facts import ProjectFacts
    from shipway.generate.github_actions import PartJob, Project

EXTENSIONS = ".vscode/extensions.json"


@click.command("github-actions")
@click.option(
    "--branch", default="main", show_default=True, help="What is merged there goes to staging."
)
@yes_if_asked
@json_option
@pass_session
def github_actions(session: Session, branch: str, *, yes: bool) -> int:
    """Write .github/workflows/ci.yml and deploy.yml.

    ci.yml lints, type-checks and tests each part of the repository beside the databases of
    the Compose file. deploy.yml brings the branch to staging, and a tag v* to production after
    an approval. Files that are there and differ are replaced only when you agree.
    """
    from shipway.cli.project_facts import project_facts
    from shipway.cli.writing import write_files
    from shipway.generate import github_actions as github

    facts = project_facts(session.directory())
    project = _project(facts, branch)
    heading = github.DEPLOY_HEADING.format(branch=branch)
    files = {
        ".github/workflows/ci.yml": github.CI_HEADING + _yaml(github.ci(project)),
        ".github/workflows/deploy.yml": heading + _yaml(github.deploy(project)),
    }
    same = "The workflows are as they should be."
    code = write_files(session.console, facts.top, files, yes=yes, same=same)
    if code == 0 and not session.console.json:
        session.console.say(*_after(facts))
    return code


@click.command()
@yes_if_asked
@json_option
@pass_session
def vscode(session: Session, *, yes: bool) -> int:
    """Write .vscode/extensions.json: what fits the languages and tools of this project.

    What it recommends already stays, and what it calls unwanted is not recommended.
    """
    from shipway.cli.project_facts import project_facts
    from shipway.cli.writing import write_files
    from shipway.generate.vscode import extensions, merged

    facts = project_facts(session.directory())
    path = facts.top / EXTENSIONS
    present = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    wanted = extensions(facts.parts, docker=True, names=_tools(facts))
    try:
        text = merged(present, wanted)
    except ValueError:
        raise Problem(
            "invalid-json",
            "the file holds more than plain JSON (comments, perhaps); it was left as it is.",
            source=SourceRef(path=EXTENSIONS),
            hints=[f"add to its recommendations: {', '.join(wanted)}"],
        ) from None
    return write_files(session.console, facts.top, {EXTENSIONS: text}, yes=yes)


def _project(facts: ProjectFacts, branch: str) -> Project:
    import shipway
    from shipway.cli.project_facts import production_of, public_url, staging_of
    from shipway.generate.github_actions import Project, Target

    def target(name: str | None) -> Target | None:
        return None if name is None else Target(name=name, url=public_url(facts.spec, name))

    return Project(
        name=facts.spec.project,
        version=shipway.__version__,
        jobs=_jobs(facts),
        staging=target(staging_of(facts.spec)),
        production=target(production_of(facts.spec)),
        branch=branch,
        requests_to=tuple(dict.fromkeys(("develop", branch))),
        directory=facts.below,
    )


def _jobs(facts: ProjectFacts) -> tuple[PartJob, ...]:
    from shipway.cli.project_facts import in_repository, services_of
    from shipway.generate.github_actions import PartJob
    from shipway.generate.stores import stores, test_environment, used_by

    known = stores(facts.app)
    found = []
    for part in facts.parts:
        alone = sum(item.language is part.language for item in facts.parts) == 1
        services = services_of(part, facts.app, alone=alone and len(facts.parts) == 1)
        used = used_by(services, known)
        found.append(
            PartJob(
                part=in_repository(part, facts.below),
                stores=used,
                environment=test_environment(services, used),
            )
        )
    return tuple(found)


def _tools(facts: ProjectFacts) -> frozenset[str]:
    """Return the tools that only their own file of settings tells of."""
    told = {
        "ruff.toml": "ruff",
        ".ruff.toml": "ruff",
        ".eslintrc": "eslint",
        ".prettierrc": "prettier",
    }
    found = set()
    for path in facts.files.paths:
        name = path.rpartition("/")[2]
        found |= {tool for prefix, tool in told.items() if name.startswith(prefix)}
        if name.startswith("tailwind.config."):
            found.add("tailwindcss")
        if name == "pyproject.toml" and "[tool.ruff" in facts.files.text(path):
            found.add("ruff")
    return frozenset(found)


def _after(facts: ProjectFacts) -> list[str]:
    from shipway.cli.project_facts import production_of
    from shipway.generate.stores import left_out

    lines = []
    if not facts.parts:
        lines.append(
            "No package.json, pyproject.toml or requirements.txt was found: CI tests nothing."
        )
    missing = left_out(facts.app)
    if missing:
        lines.append(f"Not started for tests, a job can give no command: {', '.join(missing)}.")
    lines += ["", "On GitHub, in the repository's settings:"]
    lines.append("  variable SHIPWAY_URL     where the server's API is reached")
    lines.append("  secret   SHIPWAY_TOKEN   shipway token create ci, on the server")
    production = production_of(facts.spec)
    if production:
        lines.append(f"  environment {production}   Required reviewers: who approves")
    return lines


def _yaml(value: Any) -> str:
    import json

    import yaml

    apart = json.loads(json.dumps(value))  # no part is shared: YAML would write anchors
    return yaml.safe_dump(apart, sort_keys=False, allow_unicode=True, width=1000)
