"""What Shipway says, in Korean: whole sentences, found by their English form.  Pure.

Owns the tables in `tables/`: an English sentence with named places for its values, and the
Korean of it.  The code keeps saying what it says, in English, to the terminal, the journal and
the API; who shows it to a Korean reader asks here.  So what was written down long ago is
translated too.  Leaves out what programs and people wrote themselves.

Invariant: a sentence that no table knows is given back as it was said.  A test holds the
tables against the code, both ways.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from string import Formatter

from shipway.korean.differences import difference_in_korean
from shipway.korean.particles import Place

DEPTH = 3
NUMBER = r"[0-9][0-9.,]*"  # of a place that is written `{count:n}`
PLURAL = "plural"  # of a place that is an s, or nothing
TEXT_MAX = 4000
ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence.  anchor: the longest piece that stands in it whatever the values are."""

    pattern: re.Pattern[str]
    anchor: str
    korean: str


def in_korean(said: str) -> str:
    """Return a sentence in Korean, or as it was said where no table has it."""
    return _translated(said, DEPTH)


@lru_cache(maxsize=2048)
def _translated(said: str, depth: int) -> str:
    plain, sentences = _known()
    if said in plain:
        return plain[said]
    if depth == 0 or len(said) > TEXT_MAX:
        return said
    for sentence in sentences:
        if sentence.anchor in said and (match := sentence.pattern.fullmatch(said)):
            values = {
                name: Place(_translated(value, depth - 1))
                for name, value in match.groupdict().items()
            }
            return sentence.korean.format_map(values)
    whose, colon, rest = said.partition(": ")
    if colon and " " not in whose:  # a service's name, or a place in a file
        return f"{whose}: {_translated(rest, depth)}"
    what, colon, address = said.rpartition(": ")
    if colon and ADDRESS.fullmatch(address):
        return f"{_translated(what, depth)}: {address}"
    return difference_in_korean(said) or _ended(said, depth) or _listed(said, depth)


def _ended(said: str, depth: int) -> str:
    """Return a known part of a sentence that stands alone, with its full stop; else nothing."""
    part = said.removesuffix(".")
    korean = _translated(part, depth - 1) if part != said else part
    return "" if korean == part else f"{korean}."


def _listed(said: str, depth: int) -> str:
    """Return a list of which every item has Korean: `11 passed, 2 failed`."""
    items = said.split(", ")
    korean = [_translated(item, depth - 1) for item in items] if len(items) > 1 else items
    return said if any(a == b for a, b in zip(items, korean, strict=True)) else ", ".join(korean)


@cache
def tables() -> Mapping[str, Mapping[str, str]]:
    """Return every table by its name: the Korean of each English sentence."""
    folder = resources.files("shipway.korean").joinpath("tables")
    return {
        item.name.removesuffix(".toml"): tomllib.loads(item.read_text("utf-8"))
        for item in sorted(folder.iterdir(), key=lambda item: item.name)
        if item.name.endswith(".toml")
    }


@cache
def _known() -> tuple[dict[str, str], tuple[Sentence, ...]]:
    """Return the sentences without values, and those with, what says most first."""
    plain: dict[str, str] = {}
    found: list[tuple[int, Sentence]] = []
    for english, korean in (pair for table in tables().values() for pair in table.items()):
        pieces = tuple(Formatter().parse(english))
        if all(name is None for _, name, _, _ in pieces):
            plain[english.format()] = korean.format()
            continue
        fixed = [text for text, _, _, _ in pieces]
        sentence = Sentence(
            pattern=re.compile("".join(_as_pattern(pieces)), re.DOTALL),
            anchor=max(fixed, key=len),
            korean=korean,
        )
        found.append((sum(map(len, fixed)), sentence))
    found.sort(key=lambda pair: -pair[0])
    return plain, tuple(sentence for _, sentence in found)


def _as_pattern(
    pieces: tuple[tuple[str, str | None, str | None, str | None], ...],
) -> Iterator[str]:
    for text, name, spec, _ in pieces:
        yield re.escape(text)
        if name is not None:
            place = "s?" if name == PLURAL else NUMBER if spec == "n" else ".+?"
            yield f"(?P<{name}>{place})"
