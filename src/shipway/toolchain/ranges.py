"""Version ranges as package.json, pyproject.toml and their like write them.

npm's grammar and Python's share most of their words; what neither knows is `None`: not
comparable, and never guessed.
https://docs.npmjs.com/cli/configuring-npm/package-json#engines, PEP 440,
https://python-poetry.org/docs/dependency-specification/
"""

from __future__ import annotations

import re

Version = tuple[int, ...]

_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_TERM = re.compile(
    r"(?P<op>>=|<=|===|==|~=|!=|>|<|\^|~|=)?\s*v?(?P<version>\d+(?:\.(?:\d+|[xX*]))*|[xX*])"
)
PARTS = 3


def version_of(text: str) -> Version | None:
    """Return the first version number in a text such as `v20.11.1` or `Docker 28.2.2, build …`."""
    match = _NUMBER.search(text)
    return tuple(int(part) for part in match[0].split(".")) if match else None


def shown(version: Version) -> str:
    """Return a version as people write it."""
    return ".".join(str(part) for part in version)


def satisfies(version: Version, wanted: str) -> bool | None:
    """Return whether a version lies in a range; None where the range is not understood."""
    answers = [_all(version, part) for part in wanted.split("||")]
    if any(answers):
        return True
    return None if None in answers else False


def lowest(wanted: str) -> Version | None:
    """Return the smallest version that a range names as acceptable, None where it names none."""
    found = [
        version
        for part in wanted.split("||")
        for operator, version, _ in _terms(part) or ()
        if operator not in {"<", "<=", "!="} and version
    ]
    return min(found) if found else None


def _all(version: Version, text: str) -> bool | None:
    between = re.fullmatch(r"\s*v?([\d.]+)\s+-\s+v?([\d.]+)\s*", text)
    terms = _terms(f">={between[1]} <={between[2]}" if between else text)
    if terms is None:
        return None
    return all(_one(version, operator, wanted, open_end=rest) for operator, wanted, rest in terms)


def _terms(text: str) -> list[tuple[str, Version, bool]] | None:
    """Return (operator, version, whether it ends in a wildcard) of each condition."""
    rest = _TERM.sub("", text)
    if re.sub(r"[\s,]", "", rest) or not text.strip():
        return None
    found = []
    for match in _TERM.finditer(text):
        parts = match["version"].split(".")
        numbers = tuple(int(part) for part in parts if part.isdigit())
        found.append((match["op"] or "", numbers, len(numbers) < len(parts)))
    return found


def _one(version: Version, operator: str, wanted: Version, *, open_end: bool) -> bool:
    if not wanted:
        return True
    have, want = _padded(version), _padded(wanted)
    if operator == ">=":
        return have >= want
    if operator == ">":
        return have > want if not open_end else have[: len(wanted)] > wanted
    if operator == "<":
        return have < want
    if operator == "<=":
        return have[: len(wanted)] <= wanted
    if operator == "!=":
        return have[: len(wanted)] != wanted
    if operator in {"==", "==="}:
        return have[: len(wanted)] == wanted if open_end else have == want
    if operator == "~=":
        return have >= want and have[: len(wanted) - 1] == wanted[:-1]
    if operator == "^":
        kept = next((at + 1 for at, part in enumerate(wanted) if part), len(wanted))
        return have >= want and have[:kept] == wanted[:kept]
    if operator == "~":
        kept = min(2, len(wanted))
        return have >= want and have[:kept] == wanted[:kept]
    return have[: len(wanted)] == wanted  # `20`, `20.x`, `=20`: all that begins so


def _padded(version: Version) -> Version:
    return (*version, *(0,) * (PARTS - len(version)))
