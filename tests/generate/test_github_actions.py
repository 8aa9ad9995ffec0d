"""`shipway generate github-actions`: workflows from the project's own facts."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from shipway.checks.run import check_files
from tests.cli.conftest import Type, home, typed
from tests.generate.project import write_project

__all__ = ["home", "typed"]

WORKFLOWS = Path(".github/workflows")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = write_project(tmp_path / "sns")
    monkeypatch.chdir(directory)
    return directory


def written(project: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((project / WORKFLOWS / name).read_text())
    return found


def schema() -> dict[str, Any]:
    """Return the schema that schemastore keeps, as check-jsonschema carries it."""
    folder = files("check_jsonschema") / "builtin_schemas" / "vendor"
    found: dict[str, Any] = json.loads((folder / "github-workflows.json").read_text())
    return found


def commands(job: dict[str, Any]) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


def test_ci_tests_each_part_beside_the_databases_it_really_uses(project: Path, typed: Type) -> None:
    """R200: pull requests, pgvector and Redis beside the backend, Poetry, pnpm, coverage."""
    result = typed("generate", "github-actions")
    assert result.code == 0, result.err
    ci = written(project, "ci.yml")
    assert ci["on"]["pull_request"]["branches"] == ["develop", "main"]
    backend, frontend = ci["jobs"]["backend"], ci["jobs"]["frontend"]
    images = {name: item["image"] for name, item in backend["services"].items()}
    assert images == {"postgres": "pgvector/pgvector:pg16", "redis": "redis:7-alpine"}
    assert backend["services"]["postgres"]["ports"] == ["5432:5432"]
    assert backend["env"] == {
        "DATABASE_URL": "postgresql+asyncpg://sns:ci-only@localhost:5432/sns",
        "REDIS_URL": "redis://localhost:6379/0",
    }
    python = next(step for step in backend["steps"] if "setup-python" in step.get("uses", ""))
    assert python["with"]["python-version"] == "3.12"
    assert commands(backend) == [
        "pipx install poetry",
        "poetry install --no-interaction",
        "poetry run ruff check .",
        "poetry run mypy .",
        "poetry run pytest --cov --cov-report=xml",
    ]
    assert "services" not in frontend
    pnpm, node = frontend["steps"][1:3]
    assert pnpm["with"] == {"version": "9.12.0"}
    assert node["with"]["node-version"] == "20"
    assert node["with"]["cache"] == "pnpm"
    assert commands(frontend)[1:] == ["pnpm run lint", "pnpm run type-check", "pnpm run test"]
    assert "minio" in result.out


def test_deploy_brings_main_to_staging_and_an_approved_tag_to_production(
    project: Path, typed: Type
) -> None:
    """R201: push to main, workflow_dispatch, v* tags; production has its named environment."""
    typed("generate", "github-actions")
    deploy = written(project, "deploy.yml")
    assert deploy["on"]["push"] == {"branches": ["main"], "tags": ["v*"]}
    assert deploy["on"]["workflow_dispatch"]["inputs"]["environment"]["options"] == [
        "staging",
        "production",
    ]
    staging, production = deploy["jobs"]["staging"], deploy["jobs"]["production"]
    assert staging["needs"] == "ci"
    assert "environment" in staging
    assert production["environment"] == {"name": "production", "url": "https://example.com"}
    assert "needs" not in production  # a job that tags skip would hold it up for ever
    assert commands(staging)[-1] == 'shipway deploy staging --fetch --ref "$GITHUB_SHA" -y'
    assert commands(production)[-1] == 'shipway promote --commit "$GITHUB_SHA" -y'
    for job in (staging, production):
        assert job["env"]["SHIPWAY_TOKEN"] == "${{ secrets.SHIPWAY_TOKEN }}"
    assert not any("docker" in line for line in commands(production))  # nothing is built again


@pytest.mark.parametrize("name", ["ci.yml", "deploy.yml"])
def test_the_workflows_are_valid_by_githubs_schema(project: Path, typed: Type, name: str) -> None:
    typed("generate", "github-actions")
    jsonschema.validate(written(project, name), schema())
    broken = {**written(project, name), "jobs": {"x": {"runs-on": "y", "step": []}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema())


def test_shipways_own_checklist_has_nothing_against_them(project: Path, typed: Type) -> None:
    """D07: no job that can never run, nothing rebuilt for production."""
    typed("generate", "github-actions")
    report = check_files(project, today=datetime.now(UTC).date())
    found = [
        finding
        for item in report.outcomes
        if item.check.id.startswith("pipeline.")
        for finding in item.findings
    ]
    assert found == []


def test_no_value_of_an_environment_is_written(project: Path, typed: Type) -> None:
    typed("generate", "github-actions")
    text = "".join(path.read_text() for path in (project / WORKFLOWS).iterdir())
    assert "do-not-show-me" not in text
    assert "nor-me" not in text


def test_a_file_of_the_teams_own_is_replaced_only_when_they_agree(
    project: Path, typed: Type
) -> None:
    typed("generate", "github-actions")
    assert "are as they should be" in typed("generate", "github-actions").out
    own = project / WORKFLOWS / "ci.yml"
    own.write_text("name: ours\n")
    assert typed("generate", "github-actions").code != 0
    assert own.read_text() == "name: ours\n"
    assert typed("generate", "github-actions", "-y", "--json").code == 0
    assert own.read_text() != "name: ours\n"


def test_a_project_below_its_repository_runs_there(
    tmp_path: Path, typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project(tmp_path / "mono" / "services" / "sns")
    below = tmp_path / "mono" / "services" / "sns"
    subprocess.run(["rm", "-rf", str(below / ".git")], check=True)
    subprocess.run(["git", "init", "-q", "-b", "main", str(tmp_path / "mono")], check=True)
    monkeypatch.chdir(below)
    assert typed("generate", "github-actions", "--branch", "trunk").code == 0
    ci = written(tmp_path / "mono", "ci.yml")
    assert ci["jobs"]["backend"]["defaults"]["run"]["working-directory"] == "services/sns/backend"
    deploy = written(tmp_path / "mono", "deploy.yml")
    assert deploy["jobs"]["staging"]["defaults"]["run"]["working-directory"] == "services/sns"
    assert deploy["on"]["push"]["branches"] == ["trunk"]


def test_every_step_is_written_out(project: Path, typed: Type) -> None:
    """Anchors are YAML that not every reader of workflows takes."""
    typed("generate", "github-actions")
    text = "".join(path.read_text() for path in (project / WORKFLOWS).iterdir())
    assert "&id" not in text
    assert "*id" not in text
