"""Real Compose files: no crash, and every finding points at a line that is there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from shipway.checks import Report, check_files
from tests.compose.corpus import unpacked

TODAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked(tmp_path_factory.mktemp("corpus"))


def compose_files(corpus: Path) -> Iterator[Path]:
    for pattern in ("*.yaml", "*.yml"):
        yield from (path for path in corpus.rglob(pattern) if "_expected" not in path.parts)


def findings_off_the_file(report: Report) -> list[str]:
    wrong = []
    for outcome in report.outcomes:
        for item in outcome.findings:
            lines = (report.root / item.place.path).read_text("utf-8", "replace").split("\n")
            if not 1 <= item.place.line <= len(lines):
                wrong.append(f"{outcome.check.id} {item.place}")
    return wrong


def test_real_files_are_checked_without_a_crash_and_findings_stand_on_lines(
    corpus: Path, tmp_path: Path
) -> None:
    files = sorted(compose_files(corpus))
    found = 0
    for number, file in enumerate(files):
        root = tmp_path / f"project{number}"
        root.mkdir()
        shutil.copy(file, root / "compose.yaml")
        report = check_files(root, today=TODAY)
        assert findings_off_the_file(report) == [], file
        found += sum(len(outcome.findings) for outcome in report.outcomes)
    assert len(files) >= 240
    assert found > 300


def test_whole_projects_of_the_corpus_are_checked_in_place(corpus: Path) -> None:
    for directory in sorted((corpus / "docker__awesome-compose").iterdir()):
        assert findings_off_the_file(check_files(directory, today=TODAY)) == [], directory.name
