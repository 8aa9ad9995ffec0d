"""The lock files agree with pyproject.toml and with each other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", text, re.MULTILINE))


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9._-]", line)[0].lower() for line in requirements}


def test_every_declared_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime = _names(project["project"]["dependencies"])
    development = _names(project["dependency-groups"]["dev"])
    hint = "run ./dev lock"
    assert runtime <= _pins("requirements.lock").keys(), hint
    assert runtime | development <= _pins("requirements-dev.lock").keys(), hint


def test_tests_run_with_the_versions_that_users_get() -> None:
    development = _pins("requirements-dev.lock")
    assert {n: development.get(n) for n in _pins("requirements.lock")} == _pins("requirements.lock")


def test_every_locked_package_is_pinned_by_hash_and_names_no_index() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert "--index" not in text
        for block in text.replace("\\\n", " ").splitlines():
            if "==" in block and not block.lstrip().startswith("#"):
                assert "--hash=sha256:" in block
