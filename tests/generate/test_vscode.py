"""`shipway generate vscode`: recommended extensions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Type, home, typed
from tests.generate.project import write_project

__all__ = ["home", "typed"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = write_project(tmp_path / "sns")
    monkeypatch.chdir(directory)
    return directory


def test_the_extensions_fit_what_the_project_is_made_of(project: Path, typed: Type) -> None:
    """R216: Ruff, ESLint, Prettier, Tailwind, Python, Docker, GitLens."""
    assert typed("generate", "vscode").code == 0
    found = json.loads((project / ".vscode" / "extensions.json").read_text())
    assert set(found["recommendations"]) >= {
        "charliermarsh.ruff",
        "dbaeumer.vscode-eslint",
        "esbenp.prettier-vscode",
        "bradlc.vscode-tailwindcss",
        "ms-python.python",
        "ms-azuretools.vscode-docker",
        "eamodio.gitlens",
    }
    assert "vue.volar" not in found["recommendations"]


def test_what_a_team_recommends_stays_and_what_it_refuses_is_not_added(
    project: Path, typed: Type
) -> None:
    path = project / ".vscode" / "extensions.json"
    path.parent.mkdir()
    path.write_text(
        '{"recommendations": ["acme.own"], "unwantedRecommendations": ["EAMODIO.gitlens"]}'
    )
    assert typed("generate", "vscode", "-y").code == 0
    found = json.loads(path.read_text())
    assert found["recommendations"][0] == "acme.own"
    assert "eamodio.gitlens" not in found["recommendations"]


def test_a_file_with_comments_is_left_alone(project: Path, typed: Type) -> None:
    path = project / ".vscode" / "extensions.json"
    path.parent.mkdir()
    path.write_text('{\n  // ours\n  "recommendations": []\n}\n')
    result = typed("generate", "vscode", "-y")
    assert result.code == 1
    assert "left as it is" in result.err
    assert "// ours" in path.read_text()
