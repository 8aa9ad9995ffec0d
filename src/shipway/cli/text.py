"""Text in columns: widths as terminals count them (Korean letters take two), times, sizes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from shipway.model.words import plural

FOLD_INDENT = 4
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def width(text: str) -> int:
    """Return how many columns a terminal gives to `text`."""
    if text.isascii():
        return len(text)
    return sum(_letter_width(letter) for letter in text)


def _letter_width(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def clip(text: str, columns: int) -> str:
    """Return `text` cut to `columns`, with … where something is missing."""
    if width(text) <= columns:
        return text
    kept, used = [], 0
    for letter in text:
        used += _letter_width(letter)
        if used > columns - 1:
            break
        kept.append(letter)
    return "".join(kept) + "…"


def pad(text: str, columns: int) -> str:
    """Return `text` filled up with blanks to `columns`."""
    return text + " " * max(0, columns - width(text))


def harmless(text: str) -> str:
    """Return `text` without anything that moves the cursor or changes the terminal."""
    return _CONTROLS.sub("", _ESCAPES.sub("", text)).replace("\t", "    ")


def table(rows: Sequence[Sequence[str]], *, gap: int = 2) -> list[str]:
    """Return the rows as aligned lines; the last column is not padded."""
    if not rows:
        return []
    columns = max(len(row) for row in rows)
    widths = [
        max((width(row[index]) for row in rows if index < len(row)), default=0)
        for index in range(columns)
    ]
    lines = []
    for row in rows:
        cells = [pad(cell, widths[index] + gap) for index, cell in enumerate(row)]
        lines.append("".join(cells).rstrip())
    return lines


def folded(text: str, columns: int) -> str:
    """Return a line broken between words where it is wider than `columns`.

    What follows stands deeper than the line itself.  A word that is too wide stays whole: it may
    be something to copy.  Colours take no room.
    """
    if width(_ESCAPES.sub("", text)) <= columns:
        return text
    first, rest = re.match(r"( *)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    deeper = first + " " * FOLD_INDENT
    lines, used = [first], len(first)
    for gap, word in re.findall(r"( *)([^ ]+)", rest):
        wide = width(_ESCAPES.sub("", word))
        if lines[-1].strip() and used + len(gap) + wide > columns:
            lines.append(deeper + word)
            used = len(deeper) + wide
        else:
            lines[-1] += gap + word
            used += len(gap) + wide
    return "\n".join(lines)


def seconds(value: float) -> str:
    """Return a duration as people read it: `0.3 s`, `12 s`, `3 min 5 s`, `2 h 10 min`."""
    value = max(0.0, value)
    if value < 9.95:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        rest = f" {whole % 60} s" if whole % 60 and whole < 600 else ""
        return f"{whole // 60} min{rest}"
    if whole < 86400:
        rest = f" {whole % 3600 // 60} min" if whole % 3600 >= 60 else ""
        return f"{whole // 3600} h{rest}"
    return plural(round(value / 86400), "day")


def ago(moment: float, now: float) -> str:
    """Return how long ago a moment was, roughly."""
    passed = now - moment
    if passed < 5:
        return "just now"
    if passed < 60:
        return f"{int(passed)} s ago"
    if passed < 3600:
        return f"{int(passed // 60)} min ago"
    if passed < 2 * 86400:
        return f"{int(passed // 3600)} h ago"
    return f"{int(passed // 86400)} days ago"


def size(count: int) -> str:
    """Return a number of bytes as people read it: `1.2 GB`."""
    value = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return (
                f"{value:.0f} {unit}" if unit == "bytes" or value >= 10 else f"{value:.1f} {unit}"
            )
        value /= 1000
    return f"{value:.1f} TB"
