"""Every section of the documents that teams wrote by hand is found again, in its order."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from shipway.documents import KINDS, written
from tests.documents.samples import shop

MAPPING = Path(__file__).parents[2] / "docs" / "documents" / "originals.tsv"
DOCUMENTS = {
    "omnivibe": "specification",
    "vision": "plan",
    "jarvis": "checklist",
    "workhub": "record",
    "sns": "infrastructure",
}


def rows() -> list[list[str]]:
    lines = MAPPING.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def headings(kind: str, language: str) -> list[str]:
    text = written(kind, shop(), language, "md")
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^#+ (.*)$", prose, re.MULTILINE)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(("document", "kind"), DOCUMENTS.items())
def test_each_section_of_the_original_is_there_in_its_order_or_says_why_not(
    document: str, kind: str, language: str
) -> None:
    """R004 R005 R006 R007 R008 R009."""
    own = [row for row in rows() if row[0] == document]
    assert own
    made, at = headings(kind, language), 0
    for _document, original, where, english, korean in own:
        wanted = korean if language == "ko" else english
        if where == "-":
            assert wanted, f"{original}: neither a section nor a reason"
            continue
        assert where == kind
        later = [number for number, heading in enumerate(made) if heading == wanted]
        assert later, f"{original} → {wanted} is not in the {kind}"
        assert later[-1] >= at, f"{original} → {wanted} stands before what comes before it"
        at = min(number for number in later if number >= at)


def test_no_original_is_left_out_and_no_heading_is_mapped_twice() -> None:
    found = rows()
    assert {row[0] for row in found} == set(DOCUMENTS)
    assert set(DOCUMENTS.values()) == set(KINDS)
    assert all(one[:2] != two[:2] for one, two in pairwise(found))
    counts = {name: sum(row[0] == name for row in found) for name in DOCUMENTS}
    assert counts == {"omnivibe": 12, "vision": 42, "jarvis": 25, "workhub": 29, "sns": 12}
