"""Durations, sizes and command lines, written as Compose takes them."""

from __future__ import annotations

import re

_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_PART = re.compile(r"([0-9]{0,30})(?:\.([0-9]{0,300}))?(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)*) ?([kKmMgGtTpP])?[iI]?[bB]?", re.ASCII)
_POWERS = {"k": 1, "m": 2, "g": 3, "t": 4, "p": 5}


def parse_duration(text: str) -> float:
    """Return seconds for `1m30s`, `500ms`, `0`.  Raises ValueError."""
    return duration_nanoseconds(text) / 10**9


def duration_nanoseconds(text: str) -> int:
    """Return nanoseconds, as Go's `time.ParseDuration`.  Raises ValueError."""
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0
    total, at = 0, 0
    while at < len(rest):
        match = _PART.match(rest, at)
        if match is None or not (match[1] or match[2]):
            break
        whole, fraction, unit = match.groups()
        size = _NANOSECONDS[unit]
        total += int(whole or 0) * size
        total += int(fraction or 0) * size // 10 ** len(fraction or "")
        at = match.end()
    if not rest or at < len(rest):
        raise ValueError(f"`{text}` is not a duration; write one like 1m30s")
    if total >= 2**63:
        raise ValueError(f"`{text}` is too long a duration")
    return -total if text.startswith("-") else total


def format_duration(nanoseconds: int) -> str:
    """Return a duration as Go prints it: `1m30s`, `1.5s`, `500ms`."""
    if nanoseconds == 0:
        return "0s"
    sign = "-" if nanoseconds < 0 else ""
    rest = abs(nanoseconds)
    if rest < 10**9:
        for unit, size in (("ms", 10**6), ("µs", 10**3), ("ns", 1)):
            if rest >= size:
                return f"{sign}{_decimal(rest, size)}{unit}"
    minutes, rest = divmod(rest, 60 * 10**9)
    hours, minutes = divmod(minutes, 60)
    text = f"{_decimal(rest, 10**9)}s"
    if hours or minutes:
        text = f"{minutes}m{text}"
    return f"{sign}{hours}h{text}" if hours else f"{sign}{text}"


def _decimal(value: int, size: int) -> str:
    whole, rest = divmod(value, size)
    if not rest:
        return str(whole)
    return f"{whole}.{str(rest).rjust(len(str(size)) - 1, '0').rstrip('0')}"


def parse_size(text: str) -> int:
    """Return bytes for `256mb`, `1.5G`, `64k`; units are powers of 1024.  Raises ValueError."""
    match = _SIZE.fullmatch(text)
    if match is None or match[1].count(".") > 1:
        raise ValueError(f"`{text}` is not a size; write one like 256m or 1.5g")
    unit = (match[2] or "").lower()
    size = float(match[1]) * 1024 ** _POWERS.get(unit, 0)
    # Go's conversion of what does not fit gives the smallest integer.
    return int(size) if size < 2**63 else -(2**63)


def split_command(line: str) -> list[str]:  # noqa: PLR0915 - one state machine, one place
    """Return the words of a command line, as Docker's loader splits it.  Raises ValueError.

    Quotes and backslashes as in a shell, no variables; `;`, `&`, `|`, `<` and `>` outside
    quotes end the command, parentheses are refused.
    """
    words: list[str] = []
    word, has_word = "", False
    escaped = single = double = back = dollar = False
    for char in line:
        if escaped:
            word, escaped, has_word = word + char, False, True
            continue
        if char == "\\":
            if single:
                word += char
            else:
                escaped = True
            continue
        if char in " \t\r\n":
            if single or double or back or dollar:
                word += char
            elif has_word:
                words.append(word)
                word, has_word = "", False
            continue
        if char == "`":
            if not (single or double or dollar):
                back = not back
        elif char == ")":
            if not (single or double or back):
                dollar = not dollar
        elif char == "(":
            if not (single or double or back):
                if dollar or not word.endswith("$"):
                    raise ValueError(f"`{line}` is not a command line: quote the parenthesis")
                dollar = True
                word += char
                continue
        elif char == '"':
            if not (single or dollar):
                has_word = has_word or double
                double = not double
                continue
        elif char == "'":
            if not (double or dollar):
                has_word = has_word or single
                single = not single
                continue
        elif char in ";&|<>" and not (single or double or back or dollar):
            if char == ">" and word and word[0] in "0123456789":
                has_word = False
            break
        word, has_word = word + char, True
    if has_word:
        words.append(word)
    if escaped or single or double or back or dollar:
        raise ValueError(f"`{line}` is not a command line: a quote is not closed")
    return words
