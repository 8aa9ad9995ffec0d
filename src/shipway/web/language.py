"""Korean and English: which one a person reads, and the words in it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from shipway.korean import in_korean
from shipway.korean.particles import Place
from shipway.model.records import ProgressLine
from shipway.model.said import Said

LANGUAGES = ("en", "ko")


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return all words of a language, by key."""
    text = resources.files("shipway.web").joinpath("words", f"{language}.toml").read_text("utf-8")
    return {key: str(value) for key, value in tomllib.loads(text).items()}


def preferred(accept: str) -> str:
    """Return the first of our languages in an Accept-Language header, English without one."""
    wishes = []
    for position, part in enumerate(accept.split(",")[:20]):
        name, _, rest = part.strip().partition(";")
        try:
            weight = float(rest.strip().removeprefix("q=")) if rest else 1.0
        except ValueError:
            weight = 0.0
        wishes.append((-weight, position, name.lower().split("-")[0]))
    return next((name for weight, _, name in sorted(wishes) if name in LANGUAGES and weight), "en")


class Words:
    """The words of one language: `t("sign-in")`, `t("commits", count=3)`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = catalogue(language)

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the words; with `count`, the key `KEY.one` for 1 where there is one."""
        if values.get("count") == 1 and f"{key}.one" in self._words:
            key = f"{key}.one"
        if self.language != "ko":
            return self._words[key].format(**values)
        return self._words[key].format(**{name: Place(value) for name, value in values.items()})

    def say(self, said: object, own: Mapping[str, str] | None = None) -> str:
        """Return a sentence of Shipway's, as this language has it.

        own: parts of it that know their Korean themselves, by their English.
        """
        text = str(said)
        if self.language != "ko":
            return text
        if isinstance(said, Said) and said.korean:
            return said.korean
        for english, korean in (own or {}).items():
            text = text.replace(english, korean)
        return in_korean(text)

    def told(self, line: ProgressLine) -> str:
        """Return a line of a rollout; what a command printed stays as it is."""
        if self.language == "ko" and line.korean:
            return line.korean
        if line.kind == "output":
            return line.text
        titled = self.step(line.text)
        return titled if titled != line.text else self.say(line.text)

    def step(self, title: str) -> str:
        """Return the title of a step that is known by its English."""
        keys = (key for key, text in catalogue("en").items() if text == title)
        return next((self._words[key] for key in keys if key.startswith("step-")), title)

    def known(self, key: str, otherwise: str) -> str:
        """Return the words of a key that may be missing."""
        return self._words.get(key, otherwise)
