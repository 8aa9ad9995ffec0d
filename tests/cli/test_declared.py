"""The names that are read without the whole of shipway.yaml: the same ones, or its own error."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shipway.cli import declared
from shipway.cli.declared import Declared, read_declared
from shipway.errors import Problem
from shipway.spec import load_spec

EXAMPLES = Path(__file__).parents[2] / "examples"

PLAIN = {
    "a project": "project: shop\n",
    "quoted": 'project: "shop"\n',
    "other keys": "project: shop\nservices: {api: {health: /up}}\n",
    "environments": "environments: {staging: {port: 1}, trial: {port: 2}}\n",
    "environments with nothing in them": "environments: {production: {}, staging: {}}\n",
    "an anchor": "x-one: &one {port: 4401}\nenvironments: {staging: *one}\n",
    "a mark of the byte order": "\N{ZERO WIDTH NO-BREAK SPACE}project: shop\n",
}

ODD = {
    "empty": "",
    "a comment alone": "# nothing yet\n",
    "a merge": "x-base: &base {port: 4600}\nenvironments: {staging: {<<: *base}}\n",
    "merged names": "environments:\n  <<: {trial: {port: 4601}}\n  staging: {}\n",
    "no environments": "environments: {}\n",
    "null": "environments:\nproject: ~\n",
    "a number": "project: 42\n",
    "twice": "project: shop\nproject: other\n",
    "a list": "- project: shop\n",
    "not YAML": "project: [\n",
    "a bad name": "environments: {Staging: {}}\n",
    "true": "environments: {true: {port: 4602}}\n",
}


def whole(directory: Path) -> Declared | str:
    try:
        spec = load_spec(directory)
    except Problem as problem:
        return problem.kind
    return Declared(project=spec.project, environments=tuple(spec.environments))


@pytest.mark.parametrize("text", [*PLAIN.values(), *ODD.values()], ids=[*PLAIN, *ODD])
def test_both_readers_say_the_same(text: str, tmp_path: Path) -> None:
    path = tmp_path / "shipway.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        found: Declared | str = read_declared(path)
    except Problem as problem:
        found = problem.kind
    assert found == whole(tmp_path)


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN)
def test_what_is_plainly_written_needs_no_second_reader(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(declared, "_wholly", lambda _directory: pytest.fail("read as a whole"))
    path = tmp_path / "shipway.yaml"
    path.write_text(text, encoding="utf-8")
    assert read_declared(path).environments


@pytest.mark.parametrize("path", sorted(EXAMPLES.rglob("shipway.y*ml")), ids=str)
def test_the_examples_are_read_alike(path: Path) -> None:
    assert read_declared(path) == whole(path.parent)


def test_what_is_wrong_elsewhere_in_the_file_does_not_keep_from_the_names(tmp_path: Path) -> None:
    path = tmp_path / "shipway.yaml"
    path.write_text("project: shop\nservicez: {}\n")
    assert read_declared(path).project == "shop"
    assert whole(tmp_path) == "invalid-spec"


def test_the_tables_of_keys_are_not_imported_for_the_names(tmp_path: Path) -> None:
    (tmp_path / "shipway.yaml").write_text("project: shop\n")
    program = (
        "import sys; from pathlib import Path; from shipway.cli.declared import read_declared\n"
        "print(read_declared(Path(sys.argv[1])).project, 'shipway.spec' in sys.modules)"
    )
    argv = [sys.executable, "-P", "-c", program, str(tmp_path / "shipway.yaml")]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "shop False\n"
