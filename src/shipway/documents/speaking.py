"""One language at a time: words, dates, durations, and the names of states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from shipway.model.evidence import Result
from shipway.model.words import Words

_STATES = {
    Result.PASSED: Words("passed", "통과"),
    Result.FAILED: Words("failed", "실패"),
    Result.NOT_CHECKED: Words("not checked", "미확인"),
    Result.ATTESTED: Words("attested", "담당자 확인"),
}


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says things in `ko` or `en`, with times in a time zone."""

    language: str
    zone: tzinfo = UTC

    def say(self, en: str, ko: str) -> str:
        """Return the words in this speaker's language."""
        return ko if self.language == "ko" else en

    def words(self, words: Words) -> str:
        """Return the words in this speaker's language."""
        return words.in_language(self.language)

    def state(self, state: Result) -> str:
        """Return a state's name."""
        return self.words(_STATES[state])

    def moment(self, at: float | None) -> str:
        """Return a time as `2026-11-20 14:03`, a dash where there is none."""
        if at is None:
            return "–"
        return datetime.fromtimestamp(at, self.zone).strftime("%Y-%m-%d %H:%M")

    def day(self, at: float) -> str:
        """Return a day as `2026-11-20`."""
        return datetime.fromtimestamp(at, self.zone).strftime("%Y-%m-%d")

    def span(self, seconds: float | None) -> str:
        """Return a duration as people write it, a dash where there is none."""
        if seconds is None:
            return "–"
        for size, en, ko in ((86_400, "d", "일"), (3600, "h", "시간"), (60, "min", "분")):
            if seconds >= size:
                return f"{seconds / size:.3g}{self.say(' ' + en, ko)}"
        return (
            f"{seconds:.2g}{self.say(' s', '초')}"
            if seconds < 10
            else (f"{seconds:.0f}{self.say(' s', '초')}")
        )
