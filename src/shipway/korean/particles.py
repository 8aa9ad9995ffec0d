"""Korean particles by how the word before them ends: r42를, web이, staging으로.  Pure.

A value in a sentence is written `{name:을}`: the particle as it stands after a final consonant.
"""

from __future__ import annotations

import re

# after a final consonant → after a vowel
OPEN = {
    "은": "는",
    "이": "가",
    "을": "를",
    "과": "와",
    "으로": "로",
    "으로는": "로는",
    "이라는": "라는",
    "이어야": "여야",
    "입니다": "입니다",
}
_DIGITS = {"0": "ㅇ", "1": "ㄹ", "3": "ㅁ", "6": "ㄱ", "7": "ㄹ", "8": "ㄹ"}
# how Koreans read names such as web, api, worker, staging, production, redis, backend
_CLOSED = re.compile(r"(ng|[lmnbpkc]|(?<=[aeiou])[t])$")


def final_of(word: str) -> str:
    """Return the final consonant with which a word is read: "ㄹ", another one, or none."""
    end = word.rstrip("'\"`)]}.,")[-3:]
    if not end:
        return ""
    last = end[-1]
    if "가" <= last <= "힣":
        final = (ord(last) - ord("가")) % 28
        return "" if final == 0 else "ㄹ" if final == 8 else "ㄴ"
    if last.isdigit():
        return _DIGITS.get(last, "")
    if last.lower() == "l":
        return "ㄹ"
    return "ㄴ" if _CLOSED.search(end.lower()) else ""


def particle(word: str, closed: str) -> str:
    """Return the form of a particle that follows a word."""
    final = final_of(word)
    if closed.startswith("으로"):
        return OPEN[closed] if final in {"", "ㄹ"} else closed
    return closed if final else OPEN[closed]


class Place(str):
    """A value in a Korean sentence; its format is the particle that follows it."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return f"{self!s}{particle(self, spec)}" if spec else str(self)
