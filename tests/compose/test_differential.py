"""Our loader beside Docker's, over generated projects (R081)."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings

from shipway.compose import load, render_json, render_yaml
from shipway.errors import Problem
from tests.compose import oracle
from tests.compose.corpus import ENVIRONMENT
from tests.compose.projects import projects

pytestmark = pytest.mark.skipif(
    oracle.binary() is None,
    reason=f"Docker's Compose plugin {oracle.VERSION} is not here: ./dev tools compose",
)
RANDOM_ANSWERS = 4
"""Docker's answer may depend on the order of a hash table; so often is it asked again."""


def _written(files: dict[str, str], folder: str) -> tuple[Path, list[str]]:
    directory = Path(folder, "project")
    directory.mkdir()
    for name, text in files.items():
        (directory / name).write_text(text, "utf-8")
    return directory, [name for name in ("compose.yml", "more.yml") if name in files]


def _ours(directory: Path, names: list[str]) -> tuple[str, str] | Problem:
    try:
        project = load(
            directory,
            names,
            environment={**ENVIRONMENT, "PWD": str(directory)},
            profiles=("p",),
            accept_newer=False,
        )
        return render_json(project), render_yaml(project)
    except Problem as problem:
        return problem


def _docker(directory: Path, names: list[str], form: str) -> oracle.Answer:
    return oracle.ask(
        directory,
        names,
        environment=ENVIRONMENT,
        arguments=("--format", form),
        profiles=("p",),
    )


@pytest.mark.fuzz
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(files=projects())
def test_both_loaders_print_the_same_bytes_or_both_refuse(files: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        directory, names = _written(files, folder)
        ours = _ours(directory, names)
        event("refused" if isinstance(ours, Problem) else "loaded")
        form = "yaml" if isinstance(ours, tuple) and len(files["compose.yml"]) % 3 == 0 else "json"
        complaint = ""
        for _ in range(RANDOM_ANSWERS):
            theirs = _docker(directory, names, form)
            complaint = _difference(ours, theirs, form)
            if not complaint:
                return
        pytest.fail(f"{complaint}\n\n{files['compose.yml']}\n---\n{files.get('more.yml', '')}")


def _difference(ours: tuple[str, str] | Problem, theirs: oracle.Answer, form: str) -> str:
    if isinstance(ours, Problem):
        return "" if theirs.text is None else f"we refuse what Docker loads: {ours}"
    if theirs.text is None:
        return f"we load what Docker refuses: {theirs.complaint}"
    mine = ours[0] if form == "json" else ours[1]
    if mine == theirs.text:
        return ""
    if form == "json":
        return "\n".join(_paths(json.loads(theirs.text), json.loads(mine), "")) or "order differs"
    return f"Docker:\n{theirs.text}\nours:\n{mine}"


def _paths(theirs: Any, ours: Any, path: str) -> list[str]:
    if isinstance(theirs, dict) and isinstance(ours, dict):
        keys = sorted({*theirs, *ours})
        return [
            line for key in keys for line in _paths(theirs.get(key), ours.get(key), f"{path}/{key}")
        ]
    return [] if theirs == ours else [f"{path}: Docker {theirs!r}, ours {ours!r}"]
