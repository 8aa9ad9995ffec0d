"""Words of Dockerfiles: variables, JSON arrays, and the commands of a RUN.  Pure."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping

VARIABLE = re.compile(
    r"\\(?P<escaped>\$)|\$(?:(?P<plain>[A-Za-z_]\w*)"
    r"|\{(?P<name>[A-Za-z_]\w*)(?::?(?P<kind>[-+])(?P<word>[^}]*))?\})"
)
SEPARATORS = {"&&", ";", "||", "|", "&", "(", ")"}


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Return `text` with `$A`, `${A}`, `${A:-word}` and `${A:+word}` replaced."""

    def value(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        found = variables.get(match["plain"] or match["name"], "")
        if match["kind"] == "-":
            return found or match["word"]
        if match["kind"] == "+":
            return match["word"] if found else ""
        return found

    return VARIABLE.sub(value, text)


def words(text: str, variables: Mapping[str, str]) -> list[str]:
    """Return the words of an instruction, quotes taken away, variables replaced."""
    try:
        return [expand(word, variables) for word in shlex.split(text)]
    except ValueError:
        return [expand(word, variables) for word in text.split()]


def exec_form(text: str) -> tuple[str, ...] | None:
    """Return the words of `["a", "b"]`, or None where this is not a JSON array."""
    if not text.lstrip().startswith("["):
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return tuple(str(word) for word in found) if isinstance(found, list) else None


def argv_of(text: str) -> tuple[str, ...]:
    """Return the argv that CMD, ENTRYPOINT or RUN means: exec form, or a shell's."""
    found = exec_form(text)
    return found if found is not None else ("/bin/sh", "-c", text)


def flags(text: str) -> tuple[dict[str, str], str]:
    """Part the leading `--name=value` options of an instruction from the rest."""
    found: dict[str, str] = {}
    while match := re.match(r"\s*--([a-z-]+)(?:=(\S+))?(?:\s+|$)", text):
        found[match[1]] = match[2] or ""
        text = text[match.end() :]
    return found, text


def simple_commands(script: str) -> list[list[str]]:
    """Return the commands of a shell script as words, as far as words can tell.

    Assignments before a command are left out; a script that shlex cannot read gives none.
    """
    try:
        lexer = shlex.shlex(script, posix=True, punctuation_chars="();|&")
        lexer.whitespace_split = True
        tokens = list(lexer)
    except ValueError:
        return []
    commands: list[list[str]] = [[]]
    for token in tokens:
        if token in SEPARATORS:
            commands.append([])
        elif commands[-1] or not re.match(r"[A-Za-z_]\w*=", token):
            commands[-1].append(token)
    return [command for command in commands if command]
