"""`shipway generate scripts`: wrappers with familiar names (R089)."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Type, home, typed

__all__ = ["home", "typed"]

NAMES = {"deploy-staging.sh", "promote-production.sh", "rollback-production.sh"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "shop"
    directory.mkdir()
    (directory / "shipway.yaml").write_text("project: shop\n")
    monkeypatch.chdir(directory)
    return directory


def test_three_scripts_are_written_once(project: Path, typed: Type) -> None:
    result = typed("generate", "scripts")
    assert result.code == 0, result.err
    assert {path.name for path in (project / "scripts").iterdir()} == NAMES
    assert typed("generate", "scripts").out == "The scripts are as they should be.\n"
    own = project / "scripts" / "deploy-staging.sh"
    own.write_text("#!/bin/sh\necho mine\n")
    assert typed("generate", "scripts").code != 0
    assert "mine" in own.read_text()
    assert typed("generate", "scripts", "-y").code == 0
    assert "mine" not in own.read_text()


@pytest.mark.parametrize(
    ("script", "wanted"),
    [
        ("promote-production.sh", "promote -y"),
        ("rollback-production.sh", "rollback production -y"),
        ("deploy-staging.sh", "deploy staging -y"),
    ],
)
def test_a_script_runs_its_command_in_the_project_with_its_arguments(
    project: Path, typed: Type, script: str, wanted: str
) -> None:
    typed("generate", "scripts")
    programs = project.parent / "bin"
    programs.mkdir()
    for name in ("shipway", "git"):  # stand-ins that tell what they were asked, and where
        (programs / name).write_text('#!/bin/sh\necho "$(basename "$0") $* in $PWD"\n')
        (programs / name).chmod(0o755)
    done = subprocess.run(
        [str(project / "scripts" / script), "-y"],
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"},
        cwd="/",
        check=True,
        capture_output=True,
        text=True,
    )
    lines = done.stdout.splitlines()
    assert lines[-1] == f"shipway {wanted} in {project}"
    pulled = ["git pull --ff-only in " + str(project)] if script == "deploy-staging.sh" else []
    assert lines[:-1] == pulled
