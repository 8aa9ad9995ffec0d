"""Both languages have every word, and every word that a page asks for is there."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from shipway import web
from shipway.web.language import LANGUAGES, Words, catalogue, preferred

SOURCES = Path(web.__file__).parent
ASKED = re.compile(
    r"""(?<![\w.])(?:t|words|words_of\(request\.scope\))\(\s*["']([a-z0-9-]*[a-z0-9])["']"""
)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_every_key_with_the_same_fields() -> None:
    english, korean = (catalogue(language) for language in LANGUAGES)
    assert set(english) == set(korean)
    for key, text in english.items():
        assert fields(text) == fields(korean[key]) or key.endswith(".one"), key


def test_every_word_that_a_page_asks_for_is_there() -> None:
    known = catalogue("en")
    for path in [*SOURCES.rglob("*.html"), *SOURCES.rglob("*.py")]:
        for key in ASKED.findall(path.read_text(encoding="utf-8")):
            assert key in known or path.name == "language.py", (path.name, key)


def test_korean_is_korean() -> None:
    korean = catalogue("ko")
    plain = {
        key
        for key, text in korean.items()
        if not re.search("[가-힣]", text) and not key.startswith("indicator-")
    }
    assert plain <= set()


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("fr,en;q=0.5,ko;q=0.7", "ko"),
        ("de", "en"),
        ("ko;q=0, en", "en"),
        (";;;q=x,,", "en"),
    ],
)
def test_the_browser_says_which_language(accept: str, language: str) -> None:
    assert preferred(accept) == language


def test_one_is_said_differently() -> None:
    words = Words("en")
    assert words("commits-ahead", count=1) == "Staging is 1 commit ahead"
    assert words("commits-ahead", count=4) == "Staging is 4 commits ahead"
