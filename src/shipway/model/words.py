"""The same words in both languages that Shipway speaks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in English and in Korean."""

    en: str
    ko: str

    def in_language(self, language: str) -> str:
        """Return the words in `ko` or `en`."""
        return self.ko if language == "ko" else self.en


def plural(count: int, noun: str, many: str = "") -> str:
    """Return `1 commit`, `3 commits`; many: where an s does not do (`queries`)."""
    return f"{count} {noun if count == 1 else many or noun + 's'}"
