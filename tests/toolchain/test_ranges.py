"""Version ranges of package.json, pyproject.toml and their like."""

from __future__ import annotations

import pytest

from shipway.toolchain.ranges import lowest, satisfies, version_of


@pytest.mark.parametrize(
    ("wanted", "good", "bad"),
    [
        ("20", ["20.0.0", "20.19.1"], ["18.20.0", "21.0.0"]),
        ("v20.11.1", ["20.11.1"], ["20.11.0"]),
        (">=20", ["20.0.0", "24.1.0"], ["18.20.8"]),
        (">=18 <21", ["18.0.0", "20.9.0"], ["21.0.0", "16.0.0"]),
        (">= 18.0.0, < 21", ["20.1.0"], ["21.0.1"]),
        ("^20.1", ["20.1.0", "20.9.0"], ["20.0.9", "21.0.0"]),
        ("^0.4.2", ["0.4.9"], ["0.5.0", "0.4.1"]),
        ("~9.1", ["9.1.7"], ["9.2.0", "9.0.9"]),
        ("20.x", ["20.5.0"], ["21.0.0"]),
        ("18 || >=20", ["18.3.0", "22.0.0"], ["19.0.0"]),
        ("18 - 20", ["18.0.0", "20.9.9"], ["21.0.0"]),
        ("*", ["1.0.0"], []),
        (">=3.12,<4", ["3.12", "3.13.2"], ["3.11.9", "4.0"]),
        ("==3.12.*", ["3.12.7"], ["3.13.0"]),
        ("~=3.12", ["3.12.0", "3.14.0"], ["4.0", "3.11"]),
        ("!=3.13.0", ["3.12.1"], ["3.13.0"]),
    ],
)
def test_a_version_lies_in_a_range_or_does_not(
    wanted: str, good: list[str], bad: list[str]
) -> None:
    for text in good:
        version = version_of(text)
        assert version is not None
        assert satisfies(version, wanted) is True, text
    for text in bad:
        version = version_of(text)
        assert version is not None
        assert satisfies(version, wanted) is False, text


@pytest.mark.parametrize("wanted", ["lts/*", "lts/iron", "latest", "", "stable || beta"])
def test_what_is_not_understood_is_not_guessed(wanted: str) -> None:
    assert satisfies((20, 1, 0), wanted) is None


def test_the_lowest_version_that_a_range_names() -> None:
    assert lowest(">=3.12,<4") == (3, 12)
    assert lowest("^18 || ^20") == (18,)
    assert lowest("<3") is None
    assert lowest("lts/*") is None


def test_programs_say_their_versions_in_many_ways() -> None:
    assert version_of("v20.11.1\n") == (20, 11, 1)
    assert version_of("HAProxy version 2.6.12-1+deb12u1 2023/12/16") == (2, 6, 12)
    assert version_of("psql (PostgreSQL) 15.6 (Debian 15.6-0+deb12u1)") == (15, 6)
    assert version_of("no number") is None
