"""Widths, cuts, times: what makes columns line up."""

from __future__ import annotations

import pytest

from shipway.cli.text import ago, clip, folded, harmless, pad, seconds, size, table, width
from shipway.model.words import plural


def test_korean_letters_take_two_columns() -> None:
    assert width("배포 v2") == 7
    assert pad("배포", 6) == "배포  "


def test_a_cut_never_exceeds_the_columns_and_says_that_something_is_missing() -> None:
    assert clip("배포 문서", 6) == "배포 …"
    assert clip("deploy", 6) == "deploy"
    assert clip("deploys", 6) == "deplo…"


def test_nothing_that_moves_the_cursor_passes() -> None:
    assert harmless("a\x1b[2Jb\x1b]0;title\x07c\rd\x07e") == "abcde"
    assert harmless("\x1b[31mred\x1b[0m\tblue") == "red    blue"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (61, "1 min 1 s"),
        (125 * 60, "2 h 5 min"),
        (3 * 86400, "3 days"),
        (-1, "0.0 s"),
    ],
)
def test_durations_are_written_as_people_say_them(value: float, shown: str) -> None:
    assert seconds(value) == shown


def test_moments_are_written_roughly() -> None:
    assert [ago(100.0, 100.0 + passed) for passed in (1, 30, 300, 7200, 300_000)] == [
        "just now",
        "30 s ago",
        "5 min ago",
        "2 h ago",
        "3 days ago",
    ]


def test_sizes_and_plurals() -> None:
    assert [size(n) for n in (0, 999, 1500, 20_000_000_000)] == [
        "0 bytes",
        "999 bytes",
        "1.5 kB",
        "20 GB",
    ]
    assert plural(1, "commit") == "1 commit"
    assert plural(2, "commit") == "2 commits"
    assert plural(2, "class", "classes") == "2 classes"


def test_a_line_that_is_too_wide_goes_on_deeper_and_no_word_is_cut() -> None:
    line = (
        "  \x1b[31m✗\x1b[0m a deploy of r41 failed: 한국어 문장 https://example.com/a/long/address"
    )
    assert folded(line, 200) == line
    assert folded(line, 30).split("\n") == [
        "  \x1b[31m✗\x1b[0m a deploy of r41 failed:",
        "      한국어 문장",
        "      https://example.com/a/long/address",
    ]


def test_a_table_aligns_by_width_and_leaves_no_blanks_at_the_end() -> None:
    assert table([("웹", "1/1", ""), ("api", "2/2", "healthy")]) == [
        "웹   1/1",
        "api  2/2  healthy",
    ]
