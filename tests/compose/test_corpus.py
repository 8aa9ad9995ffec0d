"""Every case of the corpus: the same model as Docker's, or refused where Docker refuses (R081)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shipway.compose import load, render_json
from shipway.errors import Problem
from tests.compose import corpus
from tests.compose.corpus import ENVIRONMENT, Case, cases, unpacked

# Docker was asked where further files lay beside these; the corpus does not hold them.
WITHOUT_THEIR_FILES = {
    "compose-spec__compose-go/loader/gotest_extends_test_TestExtendsReset_0.yaml/gotest/raw",
    "compose-spec__compose-go/loader/gotest_extends_test_TestExtends_0.yaml/gotest/raw",
}


def _difference(case: Case) -> str:
    try:
        project = load(
            case.directory,
            case.files,
            environment={**ENVIRONMENT, "PWD": str(case.directory)},
            profiles=case.profiles,
            accept_newer=False,
        )
    except Problem as problem:
        if case.model is not None:
            return f"{case.id}: refused: {problem}"
        return "" if problem.source or "-f" in str(problem) else f"{case.id}: no place: {problem}"
    if case.model is None:
        return f"{case.id}: loaded, but Docker says: {case.complaint}"
    return "" if json.loads(render_json(project)) == case.model else f"{case.id}: another model"


def test_every_case_gives_what_docker_gives(tmp_path: Path) -> None:
    differences = [text for case in cases(unpacked(tmp_path)) if (text := _difference(case))]
    unknown = [text for text in differences if text.split(":")[0] not in WITHOUT_THEIR_FILES]
    assert unknown == []
    assert len(differences) <= len(WITHOUT_THEIR_FILES)


def test_the_packed_corpus_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "BESIDE", tmp_path / "nowhere")
    found = list(cases(unpacked(tmp_path)))
    assert len(found) == 244
    assert sum(case.model is None for case in found) == 83


@pytest.mark.parametrize("missing", sorted(WITHOUT_THEIR_FILES))
def test_what_the_corpus_lacks_is_named_as_a_missing_file(missing: str, tmp_path: Path) -> None:
    case = next(case for case in cases(unpacked(tmp_path)) if case.id == missing)
    with pytest.raises(Problem) as caught:
        load(case.directory, case.files, environment=ENVIRONMENT)
    assert caught.value.kind == "compose-file-not-found"
    assert "testdata" in caught.value.message
