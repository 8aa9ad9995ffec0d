from __future__ import annotations

import pytest

from shipway.cli.env_file import line_of, with_line
from shipway.compose.dotenv import parse_env_text

AWKWARD = [
    "plain",
    "",
    "with space",
    "# no comment",
    "a#b",
    "it's",
    "dollar $HOME ${X}",
    'say "hi"',
    "back\\slash and '",
    "two\nlines",
    "한국어",
]


@pytest.mark.parametrize("value", AWKWARD)
def test_what_is_written_is_what_compose_reads(value: str) -> None:
    entries = parse_env_text(f"{line_of('KEY', value)}\n", None, ".env")
    assert entries["KEY"].value == value


def test_a_line_is_changed_in_place_and_the_others_stay() -> None:
    text = "# head\nA=1\nexport B=2  # why\n\nC=3\nB=4\n"
    assert with_line(text, "B", "B=9") == ("# head\nA=1\nB=9\n\nC=3\n", 2)
    assert with_line(text, "D", "D=5") == (text + "D=5\n", 0)
    assert with_line(text, "A", None) == ("# head\nexport B=2  # why\n\nC=3\nB=4\n", 1)
