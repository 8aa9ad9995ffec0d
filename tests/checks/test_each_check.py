"""Every check fails where it must and passes where it must: a check that cannot fail is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shipway.checks import Check, Outcome, Result, all_checks
from shipway.checks.edits import apply_edits, edits_of
from tests.checks.cases import all_cases
from tests.checks.cases.shape import Case, Texts

Inspect = Callable[[str, Texts], Outcome]
CASES = list(all_cases())
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.check)


def test_every_check_has_a_project_in_which_it_fails_and_one_in_which_it_passes() -> None:
    """Issue 4: a check that cannot fail does not count."""
    assert {case.check for case in CASES} == {check.id for check in all_checks()}


@each_case
def test_a_check_names_exactly_the_faulty_lines(case: Case, inspect: Inspect) -> None:
    outcome = inspect(case.check, case.fails)
    found = {(item.place.path, item.place.line) for item in outcome.findings}
    assert case.expected
    assert found == case.expected
    assert outcome.result is Result.FAILED


@each_case
def test_a_check_passes_on_the_mended_project(case: Case, inspect: Inspect) -> None:
    outcome = inspect(case.check, case.passes)
    assert outcome.findings == ()
    assert outcome.result is Result.PASSED


@each_case
def test_a_mechanical_fix_mends_what_it_promises(
    case: Case, inspect: Inspect, tmp_path: Path
) -> None:
    outcome = inspect(case.check, case.fails)
    edits = edits_of(outcome.findings)
    if not edits:
        return
    apply_edits(tmp_path, edits)
    left = inspect(case.check, {})
    open_ones = [item for item in outcome.findings if item.edit is None]
    assert len(left.findings) == len(open_ones)


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.id)
def test_a_check_speaks_both_languages_and_serves_a_requirement(check: Check) -> None:
    assert check.title.en
    assert check.title.ko != check.title.en
    assert check.fix.ko != check.fix.en
    assert check.serves
