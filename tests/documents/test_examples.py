"""The documents of the examples, as they are kept in docs/examples/."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from shipway.api.facts import declared_facts
from shipway.documents import Facts, is_fresh, written_as

ROOT = Path(__file__).parents[2]


@cache
def writer() -> ModuleType:
    found = importlib.util.spec_from_file_location("examples_writer", ROOT / "dev.d/examples.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[found.name] = module
    found.loader.exec_module(module)
    return module


@cache
def facts_of(example: Path) -> Facts:
    return declared_facts(example, at=0.0)


WANTED = tuple(writer().wanted())


@pytest.mark.parametrize("wanted", WANTED, ids=lambda one: one.file.name)
def test_the_document_of_an_example_is_fresh(wanted: object) -> None:
    """R004 R009: mended by `./dev docs examples`."""
    file, example = wanted.file, wanted.example  # type: ignore[attr-defined]
    assert file.is_file(), "./dev docs examples"
    text = file.read_text(encoding="utf-8")
    assert written_as(text) == (wanted.kind, wanted.language)  # type: ignore[attr-defined]
    assert is_fresh(text, facts_of(example)), "./dev docs examples"


def test_nothing_is_kept_of_an_example_that_is_gone() -> None:
    kept = {one.name for one in (ROOT / "docs" / "examples").iterdir()} - {"README.md"}
    assert kept == {one.file.name for one in WANTED}
