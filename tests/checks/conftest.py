from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from shipway.checks import Facts, Outcome, all_checks, run_check
from tests.checks.cases.shape import Texts, written

Inspect = Callable[[str, Texts], Outcome]
TODAY = date(2026, 3, 2)


@pytest.fixture
def project(tmp_path: Path) -> Callable[[Texts], Path]:
    """A directory with these files, all of them tracked by git."""

    def make(texts: Texts) -> Path:
        for path, text in texts.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(written(text), encoding="utf-8")
        for words in (["init", "-q"], ["add", "-A", "-f"]):
            subprocess.run(["git", "-C", tmp_path, *words], check=True, capture_output=True)
        return tmp_path

    return make


@pytest.fixture
def inspect(project: Callable[[Texts], Path]) -> Inspect:
    """One check on a project."""

    def look(name: str, texts: Texts) -> Outcome:
        check = next(check for check in all_checks() if check.id == name)
        return run_check(check, Facts(project(texts)), at=TODAY)

    return look
